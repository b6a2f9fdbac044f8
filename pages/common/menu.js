// On a narrow screen the menu lies over the page: it goes when a page is chosen, and a tap beside it closes it and does nothing else.
// Its list is Streamlit's, with groups as divs between the lines, which is no list for a screen reader: it is told as a group of links.
const NARROW = 768; // px; from there on the menu stands in the header
const OPEN = '[data-testid="stSidebar"][data-collapsed="false"]';

function closeMenuWhenChosen() {
  if (window.boardClosesMenu) return;
  window.boardClosesMenu = true;
  const menu = () => (window.innerWidth < NARROW ? document.querySelector(OPEN) : null);
  const close = () => menu()?.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  const beside = (event) => menu() !== null && !menu().contains(event.target) && event.target.closest(".stApp") !== null;
  const swallow = (event) => {
    if (!beside(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === "click") close();
  };
  ["pointerdown", "click"].forEach((input) => document.addEventListener(input, swallow, true));
  document.addEventListener("click", (event) => {
    if (menu()?.contains(event.target) && event.target.closest('[data-testid="stSidebarNavLink"]')) setTimeout(close, 0);
  });
  const told = () => {
    document.querySelectorAll('[data-testid="stSidebarNavItems"]:not([role])').forEach((list) => {
      list.setAttribute("role", "group");
      list.setAttribute("aria-label", "页面");
    });
    document.querySelectorAll('[data-testid="stSidebarNavItems"] li:not([role])').forEach((line) => line.setAttribute("role", "none"));
  };
  told();
  new MutationObserver(told).observe(document.body, { subtree: true, childList: true });
}
