// Saves a Plotly chart as a picture that stands by itself: the layers Plotly drew, on the page's paper, with footer lines and the
// account's mark inside. The server first puts the export on record (data.granted answers our number). Everything else is drawn
// by the server (reports/svg.py).
const SCALE = 3;

function holderOf(key) {
  return document.querySelector(`.st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`);
}

// The signs a reader sees, none of them ever taken apart: 𠮷 is two code units, a family of emoji eleven. A browser without
// Intl.Segmenter (Firefox before 125) goes by code point.
const segmenter = Intl.Segmenter && new Intl.Segmenter("zh");

function signsOf(text) {
  return segmenter ? Array.from(segmenter.segment(text), (each) => each.segment) : Array.from(text);
}

function wrapped(text, width, font) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  const lines = [""];
  for (const sign of signsOf(text)) {
    if (pen.measureText(lines[lines.length - 1] + sign).width > width) lines.push("");
    lines[lines.length - 1] += sign;
  }
  return lines;
}

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// The layers of the chart without what hovering draws, and their size.
function layersOf(holder) {
  const layers = [...holder.querySelectorAll("svg.main-svg")];
  if (!layers.length) return null;
  const body = element("g", {});
  for (const layer of layers) {
    const copy = layer.cloneNode(true);
    copy.querySelectorAll(".hoverlayer, .zoomlayer").forEach((each) => each.remove());
    copy.removeAttribute("style");
    body.appendChild(copy);
  }
  return { body, size: layers[0].getBoundingClientRect() };
}

function composed(data) {
  const holder = holderOf(data.chart);
  const found = holder && layersOf(holder);
  if (!found) return null;
  const drawn = found.size;
  const page = getComputedStyle(document.querySelector(".stApp"));
  const family = page.fontFamily, size = 12, margin = 16;
  const width = drawn.width + 2 * margin, height = drawn.height + margin;
  const lines = [...data.footer, data.mark].flatMap((line) => wrapped(line, width - 2 * margin, `${size}px ${family}`));
  const tall = height + margin + lines.length * size * 1.6;
  const root = element("svg", { xmlns: "http://www.w3.org/2000/svg", width, height: tall, viewBox: `0 0 ${width} ${tall}` });
  root.appendChild(element("rect", { width, height: tall, fill: page.backgroundColor }));
  found.body.setAttribute("transform", `translate(${margin} ${margin})`);
  root.appendChild(found.body);
  lines.forEach((line, place) =>
    root.appendChild(
      element("text", { x: margin, y: height + (place + 1) * size * 1.6, "font-size": size, "font-family": family, fill: page.color, opacity: 0.75 }, line)
    )
  );
  root.appendChild(
    element(
      "text",
      { x: width / 2, y: height / 2, "font-size": Math.min(30, Math.max(16, width / 28)), "font-family": family, fill: page.color, opacity: 0.07,
        "text-anchor": "middle", transform: `rotate(-18 ${width / 2} ${height / 2})` },
      data.mark
    )
  );
  return { text: new XMLSerializer().serializeToString(root), width, height: tall };
}

function handOver(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function save(data, format) {
  const picture = composed(data);
  if (!picture) return;
  const svg = new Blob([picture.text], { type: "image/svg+xml;charset=utf-8" });
  if (format === "svg") return handOver(svg, `${data.name}.svg`);
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => handOver(blob, `${data.name}.png`), "image/png");
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".board-picture");
  if (!root) {
    root = document.createElement("div");
    root.className = "board-picture";
    for (const [format, label] of [["png", "PNG"], ["svg", "SVG"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.format = format;
      button.textContent = label;
      root.appendChild(button);
    }
    parentElement.appendChild(root);
  }
  root.onclick = (event) => {
    const format = event.target.dataset?.format;
    if (!format) return;
    root.waiting = { format, number: `${Date.now()}-${Math.random()}` };
    setTriggerValue("asked", root.waiting);
  };
  if (root.waiting && data.granted === root.waiting.number) {
    const { format } = root.waiting;
    root.waiting = null;
    save(data, format);
  }
}
