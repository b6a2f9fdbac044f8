// What the frame around every page does in the browser. history.js, chinese.js, connection.js, menu.js, panel.js and cookie.js stand in front of this
// text.
export default function ({ data, setTriggerValue }) {
  keepPlaces();
  speakChinese();
  watchConnection();
  closeMenuWhenChosen();
  showPanels((target) => setTriggerValue("go", target));
  runErrand(data);
}
