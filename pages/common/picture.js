// Saves a chart of this page as a picture that stands by itself: the layers Plotly drew, or a panel's own markup redrawn as SVG shapes
// and texts, on the page's paper, with footer lines and the account's mark inside. The server first puts the export on record
// (data.granted answers our number).
const SCALE = 3;

function holderOf(key) {
  return document.querySelector(`.st-key-${key.trim().replace(/[^a-zA-Z0-9_-]/g, "-")}`);
}

function panelIn(holder) {
  for (const each of holder.querySelectorAll("*")) {
    const found = each.shadowRoot?.querySelector(".panel");
    if (found) return found;
  }
  return holder.querySelector(".panel");
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

// --- a panel's markup as shapes and texts -----------------------------------------------------------------------------------

const brush = document.createElement("canvas");
brush.width = brush.height = 1;
const seen = new Map();

// Any CSS colour (color-mix() too) as what every program that opens an SVG understands; null where nothing would be seen.
function paint(colour) {
  if (!seen.has(colour)) {
    const pen = brush.getContext("2d", { willReadFrequently: true });
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = "rgba(0,0,0,0)";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    seen.set(colour, alpha ? { fill: `rgb(${red},${green},${blue})`, "fill-opacity": (alpha / 255).toFixed(3) } : null);
  }
  return seen.get(colour);
}

function stroked(colour, width) {
  const found = paint(colour);
  return found ? { stroke: found.fill, "stroke-opacity": found["fill-opacity"], "stroke-width": width } : {};
}

function boxOf(style, at, into) {
  const size = { x: at.x, y: at.y, width: at.width, height: at.height };
  const corner = Math.min(parseFloat(style.borderTopLeftRadius) || 0, at.height / 2);
  const colour = paint(style.backgroundColor);
  if (colour) into.appendChild(element("rect", { ...size, rx: corner, ...colour }));
  if (style.backgroundImage.startsWith("repeating-linear-gradient")) {
    // Hatched (未填报): strokes from edge to edge.
    for (let x = -at.height + 4; x < at.width; x += 8) {
      const from = Math.max(x, 0), to = Math.min(x + at.height, at.width);
      const y = at.y + at.height;
      into.appendChild(element("line", { x1: at.x + from, y1: y - (from - x), x2: at.x + to, y2: y - (to - x), ...stroked(style.color, 1), opacity: 0.3 }));
    }
  }
  const edges = { Top: [0, 0, 1, 0], Bottom: [0, 1, 1, 1], Left: [0, 0, 0, 1], Right: [1, 0, 1, 1] };
  for (const [side, [x1, y1, x2, y2]] of Object.entries(edges)) {
    const width = parseFloat(style[`border${side}Width`]);
    if (!width || style[`border${side}Style`] === "none") continue;
    into.appendChild(
      element("line", { x1: at.x + x1 * at.width, y1: at.y + y1 * at.height, x2: at.x + x2 * at.width, y2: at.y + y2 * at.height,
        ...stroked(style[`border${side}Color`], width) })
    );
  }
}

function linesOf(node, clipRight) {
  const range = document.createRange(), lines = [];
  let place = 0;
  for (const sign of signsOf(node.data)) {
    range.setStart(node, place);
    place += sign.length;
    range.setEnd(node, place);
    const boxes = [...range.getClientRects()], box = boxes.find((each) => each.width) || boxes[0];
    if (!box || (!box.width && !/\s/.test(sign))) continue;
    const last = lines[lines.length - 1];
    if (last && Math.abs(last.top - box.top) < 2) {
      if (box.right > clipRight + 1) {
        if (!last.cut) last.signs.splice(-1, 1, "…");
        last.cut = true;
      } else last.signs.push(sign);
    } else lines.push({ signs: [sign], left: box.left, top: box.top, height: box.height });
  }
  return lines.map((line) => ({ ...line, text: line.signs.join("").replace(/\s+/g, " ") })).filter((line) => line.text.trim());
}

function textOf(node, style, origin, clipRight, into) {
  const pen = brush.getContext("2d", { willReadFrequently: true });
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = pen.measureText("县");
  for (const line of linesOf(node, clipRight)) {
    const y = line.top - origin.y + (line.height * above) / (above + below);
    into.appendChild(
      element("text", { x: line.left - origin.x, y, "font-size": style.fontSize, "font-weight": style.fontWeight, "font-family": style.fontFamily,
        "xml:space": "preserve", ...paint(style.color) }, line.text)
    );
  }
}

const SHAPE = ["stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "fill", "vector-effect", "opacity"];

function shapesOf(drawing, at) {
  const copy = drawing.cloneNode(true), originals = drawing.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((each, place) => {
    const style = getComputedStyle(originals[place]);
    for (const name of SHAPE) each.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["stroke", "fill"]) {
      const colour = paint(style.getPropertyValue(name));
      each.setAttribute(name, colour ? colour.fill : "none");
      if (colour) each.setAttribute(`${name}-opacity`, colour["fill-opacity"]);
    }
  });
  for (const [name, value] of Object.entries({ x: at.x, y: at.y, width: at.width, height: at.height })) copy.setAttribute(name, value);
  return copy;
}

function redrawn(node, origin, into, clipRight = Infinity) {
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  if (style.display === "none" || style.visibility === "hidden" || node.classList.contains("info")) return;
  const at = { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
  if (node instanceof SVGSVGElement) return void into.appendChild(shapesOf(node, at));
  const group = style.opacity === "1" ? into : into.appendChild(element("g", { opacity: style.opacity }));
  if (style.display !== "contents") boxOf(style, at, group);
  const right = style.overflowX === "hidden" ? Math.min(clipRight, box.right) : clipRight;
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) textOf(child, style, origin, right, group);
    else if (child.nodeType === Node.ELEMENT_NODE) redrawn(child, origin, group, right);
  }
}

// What is to be seen of the chart or panel, and its size.
function bodyOf(holder) {
  const body = element("g", {});
  const layers = [...holder.querySelectorAll("svg.main-svg")];
  if (layers.length) {
    for (const layer of layers) {
      const copy = layer.cloneNode(true);
      copy.querySelectorAll(".hoverlayer, .zoomlayer").forEach((each) => each.remove());
      copy.removeAttribute("style");
      body.appendChild(copy);
    }
    return { body, size: layers[0].getBoundingClientRect() };
  }
  const panel = panelIn(holder);
  if (!panel) return null;
  const size = panel.getBoundingClientRect();
  redrawn(panel, size, body);
  return { body, size };
}

function composed(data) {
  const holder = holderOf(data.chart);
  const found = holder && bodyOf(holder);
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
    for (const [format, label] of [["png", "存为图片 PNG"], ["svg", "SVG"]]) {
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
