// Shows the HTML made by reports/html.py and reports what was clicked. Elements with data-go act as links: a link in
// Streamlit's Markdown would start a new session and lose the sign-in's tab and filters. A picture is made by the server when
// it is asked for and handed over here. history.js stands in front of this text.

function handOver(file) {
  const bytes = Uint8Array.from(atob(file.content), (sign) => sign.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: file.mime }));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function pictureButtons() {
  const line = document.createElement("div");
  line.className = "board-picture";
  for (const [format, label] of [["png", "存为图片 PNG"], ["svg", "SVG"]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.format = format;
    button.textContent = label;
    line.appendChild(button);
  }
  return line;
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
  let pictures = parentElement.querySelector(".board-picture");
  if (data.picture && !pictures) pictures = parentElement.appendChild(pictureButtons());
  if (!data.picture && pictures) pictures.remove();
  if (pictures) {
    pictures.onclick = (event) => {
      const format = event.target.dataset?.format;
      if (!format) return;
      root.waiting = `${Date.now()}-${Math.random()}`;
      setTriggerValue("picture", { format, number: root.waiting });
    };
  }
  if (data.file && root.waiting === data.file.number) {
    root.waiting = null;
    handOver(data.file);
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
