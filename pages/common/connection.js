// A lost connection is seen at once: what is on screen is then of the moment it was lost, whatever 截至 says. The page is marked
// (board.css shows the words that stand in 截至 already); where nothing says 截至, a line of its own says so.
// Lost is: Streamlit says so, the machine is off the network, or the page's ticks, four a minute, have been silent.
const SILENCE = 60000; // ms without any sign of the server; a long computation is shorter
const PATROL = 5000; // ms
const LOST = "data-board-lost";

// `state` is Streamlit's word for its connection; `silent` how long nothing was heard, where ticks are due.
function isLost(state, offline, silent) {
  return offline || (state !== null && state !== "CONNECTED") || silent > SILENCE;
}

function watchConnection() {
  if (window.boardWatchesConnection) return;
  window.boardWatchesConnection = true;
  const root = document.documentElement;
  const app = () => document.querySelector('[data-testid="stApp"]');
  const ticking = () => document.querySelector(".board-fresh") !== null && !document.hidden;
  const line = document.createElement("p");
  line.className = "board-connection";
  line.setAttribute("role", "alert");
  document.body.appendChild(line);
  let heard = Date.now();
  let offline = false;
  const judge = () => {
    const lost = isLost(app()?.getAttribute("data-test-connection-state") ?? null, offline, ticking() ? Date.now() - heard : 0);
    if (root.hasAttribute(LOST) !== lost) root.toggleAttribute(LOST, lost);
    const words = lost && !document.querySelector(".board-fresh") ? "连接中断，页面上不是最新数据，恢复后自动更新" : "";
    if (line.textContent !== words) line.textContent = words;
  };
  const sign = () => {
    heard = Date.now();
    offline = false;
    judge();
  };
  // Streamlit writes both on the one element that holds the page; its script runs only when the server says so.
  new MutationObserver((changes) => {
    const running = changes.some((each) => each.attributeName === "data-test-script-state" && each.target.dataset.testScriptState === "running");
    if (running) sign();
    else judge();
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-test-connection-state", "data-test-script-state"] });
  window.addEventListener("offline", () => {
    offline = true;
    judge();
  });
  window.addEventListener("online", () => {
    offline = false;
    judge();
  });
  // A page that was not looked at did not tick: it has a moment to be heard of again.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) heard = Math.max(heard, Date.now() - SILENCE + 4 * PATROL);
  });
  setInterval(judge, PATROL);
}
