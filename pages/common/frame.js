// What the frame around every page does in the browser. history.js, chinese.js, connection.js, menu.js and cookie.js stand in front of this text.
export default function ({ data }) {
  keepPlaces();
  speakChinese();
  watchConnection();
  closeMenuWhenChosen();
  runErrand(data);
}
