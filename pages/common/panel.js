// The panels of a page (pages/common/panel.py): what they show, and clicks in them. Elements with data-go act as links: a link in Streamlit's
// Markdown would start a new session and lose the sign-in's tab and filters.

function showPanels(tell) {
  const isHeard = Boolean(window.boardTellsClick);
  window.boardTellsClick = tell; // of the page as it is drawn now
  if (isHeard) return;
  const link = (element) => element.closest?.(".panel [data-go]") ?? null;
  const named = (each) => each.dataset.by ?? each.dataset.go; // a heading leads elsewhere once it is pressed
  const placed = (each) => each && { panel: each.closest(".panel").dataset.panel, name: named(each) };
  let pressed = null;
  let isTold = false;
  let focused = null;

  document.addEventListener("pointerdown", (event) => {
    pressed = link(event.target);
    isTold = false;
    focused = placed(pressed); // what has the focus already is not told again
  });
  // A live update between pressing and letting go has put a new element under the finger, for which browsers tell no click, or one of it.
  document.addEventListener("pointerup", (event) => {
    const under = link(event.target);
    isTold = Boolean(pressed && !pressed.isConnected && under && named(under) === named(pressed));
    if (isTold) window.boardTellsClick(pressed.dataset.go);
  });
  const act = (event) => {
    const target = link(event.target);
    if (!target) return;
    event.preventDefault();
    if (isTold && event.detail > 0) return;
    window.boardTellsClick(target.dataset.go);
  };
  document.addEventListener("click", act);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") act(event);
  });
  document.addEventListener("focusin", (event) => (focused = placed(link(event.target))));
  const fill = (panel) => {
    panel.innerHTML = new TextDecoder().decode(Uint8Array.from(atob(panel.dataset.html), (each) => each.charCodeAt(0)));
    delete panel.dataset.html;
    if (focused?.panel !== panel.dataset.panel || document.activeElement !== document.body) return;
    // A live update keeps the keyboard where it was.
    [...panel.querySelectorAll("[data-go]")].find((each) => named(each) === focused.name)?.focus({ preventScroll: true });
  };
  const fillAll = () => document.querySelectorAll(".panel[data-html]").forEach(fill);
  fillAll();
  new MutationObserver(fillAll).observe(document.body, { childList: true, subtree: true });
}
