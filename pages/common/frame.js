// What the frame around every page does in the browser. chinese.js and connection.js stand in front of this text.
export default function () {
  speakChinese();
  watchConnection();
}
