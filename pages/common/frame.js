// What the frame around every page does in the browser. history.js, chinese.js and connection.js stand in front of this text.
export default function () {
  keepPlaces();
  speakChinese();
  watchConnection();
}
