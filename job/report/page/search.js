// Search for labels and files, and the labels beside the map: matches stand out, the rest fades.
const maxFound = 12;
const searchTexts = data.photos.paths.map((path, photo) => `${path}\n${labelText(data.photos.labels[photo])}`.toLowerCase());

// photos: a Set, or null for all alike. pressed: the label whose button is down.
function lightUp(photos, pressed = -1) {
  map.lit = photos;
  for (const button of document.querySelectorAll("button[data-label]")) {
    button.setAttribute("aria-pressed", Number(button.dataset.label) === pressed);
  }
  if (map.kept >= 0 && !isLit(map.kept)) keep(-1);
  redrawMap();
}

function photosOf(label) {
  const photos = new Set();
  data.photos.labels.forEach((other, photo) => { if (other === label) photos.add(photo); });
  return photos;
}

function makeLabelButton(label) {
  const toggle = ({ currentTarget }) =>
    currentTarget.getAttribute("aria-pressed") === "true" ? lightUp(null) : lightUp(photosOf(label), label);
  return make("button", { type: "button", "data-label": label, "aria-pressed": "false", onclick: toggle }, makeMark(label), labelName(label));
}

function search() {
  const query = byId("search").value.trim().toLowerCase();
  if (query === "") {
    byId("found").replaceChildren();
    return lightUp(null);
  }
  const labels = data.labels.names.map((_, label) => label)
    .filter((label) => data.labels.sampled[label] > 0 && labelText(label).toLowerCase().includes(query));
  const photos = searchTexts.map((_, photo) => photo).filter((photo) => searchTexts[photo].includes(query));
  lightUp(new Set(photos));
  const more = (found) => (found.length > maxFound ? [make("span", { class: "quiet" }, `and ${whole(found.length - maxFound)} more`)] : []);
  const sampled = photoCount < data.counts.ok ? " on the map" : "";
  byId("found").replaceChildren(
    make("p", { class: "quiet" }, `${counted(labels.length, "label")} and ${counted(photos.length, "photo")}${sampled}`),
    make("div", { class: "matches" }, labels.slice(0, maxFound).map(makeLabelButton), more(labels)),
    make("div", { class: "matches" }, photos.slice(0, maxFound).map((photo) =>
      make("button", { type: "button", onclick: () => showOnMap(photo) }, makeThumbnail(photo, 36), name(data.photos.paths[photo]))), more(photos)));
}

function clearSearch() {
  byId("search").value = "";
  search();
}

function startSearch() {
  byId("search").addEventListener("input", search);
  const shown = data.labels.names.map((_, label) => label).filter((label) => data.labels.sampled[label] > 0);
  byId("labels-on-map").append(...shown.map((label) => make("li", {}, makeLabelButton(label))));
  byId("legend").open = shown.length <= 24 && innerWidth > 832;
  const sentences = [];
  if (photoCount < data.counts.ok) {
    sentences.push(`Of ${counted(data.counts.ok, "photo")}, ${whole(photoCount)} are shown: the same number of each label, as far as possible.`);
  }
  if (places.size === 0) sentences.push("The photos could not be read again for this report, so it has no thumbnails.");
  else if (places.size < photoCount) sentences.push(`${whole(places.size)} of them have a thumbnail.`);
  byId("map-sample").textContent = sentences.join(" ");
}
