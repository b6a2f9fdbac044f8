// Shows escaped HTML made by pages/common/markup.py and reports what was clicked. Elements with data-go act as links:
// a link in Streamlit's Markdown would start a new session and lose the sign-in's tab and filters.
// Going to another page, Streamlit first puts the new page's parameters behind the old page's path, as a step of the history of
// its own, so that Back would lead to the old page with the wrong filters. The step to the new page takes that step's place.
function keepPlaces() {
  if (window.boardKeepsPlaces) return;
  window.boardKeepsPlaces = true;
  const push = history.pushState.bind(history);
  let last = null;
  history.pushState = (state, title, url) => {
    const next = new URL(url ?? location.href, location.href);
    const moved = next.pathname !== location.pathname;
    const onTheWay = moved && last && last.pathname === location.pathname && location.search === next.search && Date.now() - last.at < 3000;
    last = moved ? null : { pathname: location.pathname, at: Date.now() };
    return onTheWay ? history.replaceState(state, title, url) : push(state, title, url);
  };
}

export default function ({ data, parentElement, setTriggerValue }) {
  keepPlaces();
  let root = parentElement.querySelector(".panel");
  if (!root) {
    root = document.createElement("div");
    root.className = "panel";
    parentElement.appendChild(root);
  }
  if (root.dataset.html !== data.html) {
    const focused = root.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement.dataset.go : null;
    root.innerHTML = data.html;
    root.dataset.html = data.html;
    // A live update keeps the keyboard where it was.
    if (focused) [...root.querySelectorAll("[data-go]")].find((each) => each.dataset.go === focused)?.focus();
  }
  const act = (event) => {
    const target = event.target.closest("[data-go]");
    if (!target || !root.contains(target)) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("go", target.dataset.go);
  };
  root.onclick = act;
  root.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") act(event);
  };
}
