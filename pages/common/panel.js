// Shows the HTML made by reports/html.py and reports what was clicked. Elements with data-go act as links: a link in
// Streamlit's Markdown would start a new session and lose the sign-in's tab and filters.

// What a cell is sorted by: the number it begins with, else its words; what is missing stands last either way.
const worth = (row, column) => {
  const text = row.cells[column].innerText.trim().replace(/^[✓△✕]\s*/, "");
  const number = /^[+-]?[\d,]*\.?\d+/.exec(text);
  if (text === "持平") return 0;
  return text === "" || text.startsWith("—") ? null : number ? Number(number[0].replaceAll(",", "")) : text;
};

function sorted(table, column, falling) {
  const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("sum"));
  const before = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh"));
  rows
    .map((row) => ({ row, value: worth(row, column) }))
    .sort((a, b) => (a.value === null) - (b.value === null) || (a.value === null ? 0 : (falling ? -1 : 1) * before(a.value, b.value)))
    .forEach(({ row }) => table.tBodies[0].insertBefore(row, table.tBodies[0].querySelector(".sum")));
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    if (at === column) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
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
    const table = root.querySelector("table:has(.by)");
    if (table && root.sortedBy) sorted(table, ...root.sortedBy);
    if (focused) [...root.querySelectorAll("[data-go]")].find((each) => each.dataset.go === focused)?.focus();
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
  root.onclick = (event) => {
    const by = event.target.closest(".by");
    if (!by) return act(event);
    const head = by.closest("th");
    root.sortedBy = [head.cellIndex, head.getAttribute("aria-sort") === "ascending"];
    sorted(by.closest("table"), ...root.sortedBy);
  };
  root.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") act(event);
  };
}
