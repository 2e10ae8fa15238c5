// Elements and words. Text becomes text nodes, so that a name cannot become markup.

// Attributes, then children: elements, text, or arrays of them.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat());
  return element;
}

const byId = (id) => document.getElementById(id);

// Writes out characters that change the direction of the text or hide it.
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const visible = (text) => text.replace(unseen, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
const name = (text) => make("bdi", {}, visible(text));

const whole = (number) => number.toLocaleString("en");
const counted = (number, one, many = one + "s") => `${whole(number)} ${number === 1 ? one : many}`;
function percent(share, digits = 1) {
  if (share === null || share === undefined) return "–";
  const text = (100 * share).toFixed(digits);
  return (share < 1 && Number(text) >= 100 ? `over ${(100 - 10 ** -digits).toFixed(digits)}` : text) + " %";
}
function megabytes(bytes) {
  return bytes < 1e6 ? `${whole(Math.ceil(bytes / 1e3))} kB` : bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
const seconds = (value) => (value < 100 ? `${value.toFixed(value < 10 ? 2 : 1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`);

const labelText = (label) => data.labels.names[label] || "(no label)";
const labelName = (label) => name(labelText(label));
const fileText = (photo) => data.photos.paths[photo].split("/").pop();

// rows: arrays of cells, text or elements. numbers: the columns that hold them.
function makeTable(heads, rows, { numbers = [], chosen = -1, kind = "" } = {}) {
  const classOf = (i) => (numbers.includes(i) ? "number" : undefined);
  const head = heads.length > 0 ? [make("thead", {}, make("tr", {}, heads.map((text, i) => make("th", { scope: "col", class: classOf(i) }, text))))] : [];
  const body = rows.map((row, r) => make("tr", { class: r === chosen ? "chosen" : undefined },
    row.map((cell, i) => (i === 0 ? make("th", { scope: "row", class: classOf(i) }, cell) : make("td", { class: classOf(i) }, cell)))));
  return make("table", { class: kind || undefined }, head, make("tbody", {}, body));
}
