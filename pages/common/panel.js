// Shows the HTML made by reports/html.py and reports what was clicked. Elements with data-go act as links: a link in
// Streamlit's Markdown would start a new session and lose the sign-in's tab and filters.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".panel");
  if (!root) {
    root = document.createElement("div");
    root.className = "panel";
    parentElement.appendChild(root);
  }
  const html = new TextDecoder().decode(data);
  if (root.dataset.html !== html) {
    const named = (each) => each.dataset.by ?? each.dataset.go; // a heading leads elsewhere once it is pressed
    const active = root.getRootNode().activeElement;
    const focused = root.contains(active) ? named(active) : null;
    root.innerHTML = html;
    root.dataset.html = html;
    // A live update keeps the keyboard where it was.
    if (focused) [...root.querySelectorAll("[data-go]")].find((each) => named(each) === focused)?.focus({ preventScroll: true });
  }
  const act = (event) => {
    let target = event.target.closest("[data-go]");
    // A live update between pressing and letting go has put new elements under the finger: the click is of what was pressed.
    if (event.type === "click" && root.pressed && !root.pressed.isConnected) target = root.pressed;
    else if (!target || !root.contains(target)) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("go", target.dataset.go);
  };
  root.onpointerdown = (event) => (root.pressed = event.target.closest("[data-go]"));
  root.onclick = act;
  root.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") act(event);
  };
}
