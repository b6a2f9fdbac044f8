// One slide at a time, for projecting: arrows, space and page keys turn, F fills the screen, Escape leaves it. A row that
// leads somewhere reports data-go, as the board's other panels do. The place is kept over reruns and over a drill-down.
const KEYS = { ArrowRight: 1, " ": 1, PageDown: 1, ArrowDown: 1, ArrowLeft: -1, PageUp: -1, ArrowUp: -1, Backspace: -1 };

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".show");
  if (!root) {
    root = document.createElement("div");
    root.className = "show panel";
    root.tabIndex = 0;
    root.setAttribute("aria-label", "放映，用左右方向键翻页，按 F 全屏");
    root.innerHTML =
      '<div class="stage"></div><nav><button data-turn="-1" aria-label="上一页">←</button><span class="place" role="status"></span>' +
      '<button data-turn="1" aria-label="下一页">→</button><button data-full="1">全屏</button></nav>';
    parentElement.appendChild(root);
    root.at = Number(sessionStorage.getItem(`show-${data.name}`) ?? 0);
  }
  const stage = root.querySelector(".stage");
  const draw = () => {
    root.at = Math.min(Math.max(root.at, 0), data.slides.length - 1);
    sessionStorage.setItem(`show-${data.name}`, String(root.at));
    const html = data.slides[root.at];
    if (stage.dataset.html !== html) {
      stage.innerHTML = html;
      stage.dataset.html = html;
      stage.scrollTop = 0;
    }
    root.querySelector(".place").textContent = `${root.at + 1} / ${data.slides.length}`;
  };
  const turn = (steps) => {
    root.at += steps;
    draw();
  };
  const fill = () => (root.getRootNode().fullscreenElement || document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen());
  const go = (target) => {
    if (document.fullscreenElement) document.exitFullscreen();
    setTriggerValue("go", target.dataset.go);
  };
  root.onclick = (event) => {
    const button = event.target.closest("[data-turn],[data-full]");
    if (button?.dataset.turn) return turn(Number(button.dataset.turn));
    if (button?.dataset.full) return fill();
    const target = event.target.closest("[data-go]");
    if (target) go(target);
  };
  const onKey = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("input,textarea,select,[contenteditable]")) return;
    const focused = root.getRootNode().activeElement;
    if (event.key === "Enter" && focused?.dataset?.go) return go(focused);
    if (event.key === "f" || event.key === "F") return fill();
    if (event.key === "Home" || event.key === "End") {
      root.at = event.key === "Home" ? 0 : data.slides.length - 1;
      draw();
    } else if (event.key in KEYS) turn(KEYS[event.key]);
    else return;
    event.preventDefault();
  };
  document.addEventListener("keydown", onKey);
  draw();
  if (!root.seen) {
    root.seen = true;
    root.focus({ preventScroll: true });
  }
  return () => document.removeEventListener("keydown", onKey);
}
