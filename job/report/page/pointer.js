// Mouse, fingers and keys on the map, and the photo that they point at.
// The photo drawn under the pointer, or the nearest mark within reach.
function photoNear(event, reach_px = 24) {
  const box = map.plot.over.getBoundingClientRect();
  const x = map.plot.bbox.left + (event.clientX - box.left) * devicePixelRatio;
  const y = map.plot.bbox.top + (event.clientY - box.top) * devicePixelRatio;
  if (showsPhotos() && map.shown.has(cellOf(x, y))) return map.shown.get(cellOf(x, y));
  let best = -1, bestDistance = reach_px * devicePixelRatio;
  for (let photo = 0; photo < photoCount; ++photo) {
    if (!isLit(photo)) continue;
    const [markX, markY] = placeOf(photo);
    const distance = Math.hypot(markX - x, markY - y);
    if (distance < bestDistance) { best = photo; bestDistance = distance; }
  }
  return best;
}

function describePhoto(photo) {
  const label = data.photos.labels[photo];
  const near = neighboursOf(photo).map(({ photo: other, distance }) => {
    const otherLabel = data.photos.labels[other];
    return make("li", {}, make("button", { type: "button", onclick: () => showOnMap(other) }, makeThumbnail(other, 44),
      make("span", {}, labelName(otherLabel), otherLabel === label ? [] : [" ", make("em", {}, "different label")],
        make("span", { class: "quiet" }, name(fileText(other)), `, distance\u00a0${(distance / 10).toFixed(1)}\u00a0%`))));
  });
  return [
    make("h3", {}, "Selected photo"), makeThumbnail(photo, 160),
    make("p", {}, makeMark(label), " ", make("strong", {}, labelName(label))),
    make("p", { class: "quiet" }, name(data.photos.paths[photo])),
    ...(near.length === 0 ? [] : [make("h4", {}, "Most similar"), make("ul", { class: "near" }, near),
      make("p", { class: "quiet" }, "100 % is the typical distance of two random photos.")]),
  ];
}

function showPhoto(photo) {
  const card = byId("photo");
  card.dataset.photo = photo;
  card.replaceChildren(...(photo < 0
    ? [make("p", { class: "quiet" }, "Point at a mark on the map, or choose a photo anywhere on this page. The photo and the most similar photos appear here.")]
    : describePhoto(photo)));
}

function point(photo) {
  if (photo === map.pointed) return;
  map.pointed = photo;
  showPhoto(photo >= 0 ? photo : map.kept);
  redrawMap();
}

function keep(photo) {
  map.kept = photo;
  map.pointed = -1;
  showPhoto(photo);
  redrawMap();
}

// From anywhere on the page: the map may have to move to the photo.
function showOnMap(photo) {
  if (!isLit(photo)) lightUp(null);
  bringIntoView(photo);
  keep(photo);
  const box = byId("plot").getBoundingClientRect();
  if (box.bottom < 80 || box.top > innerHeight - 80) byId("map").scrollIntoView();
}

function bringIntoView(photo) {
  const follow = ([low, high], value) => {
    const half = (high - low) / 2;
    return value < low || value > high ? [value - half, value + half] : [low, high];
  };
  showView(follow(map.view.x, map.xs[photo]), follow(map.view.y, map.ys[photo]));
}

function listenToPointer(over) {
  const down = new Map();  // pointer -> where it was
  let moved = 0;
  const share = ({ clientX, clientY }) => {
    const box = over.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  };
  const spread = () => {
    const [a, b] = [...down.values()];
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  over.addEventListener("pointerdown", (event) => {
    over.setPointerCapture(event.pointerId);
    down.set(event.pointerId, share(event));
    if (down.size === 1) moved = 0;
  });
  over.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return point(photoNear(event));
    const before = down.get(event.pointerId), now = share(event);
    const spreadBefore = down.size === 2 ? spread() : 0;
    down.set(event.pointerId, now);
    moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    if (down.size === 2) zoom(spreadBefore / Math.max(spread(), 0.01), now[0], now[1]);
    else if (moved > 0.01) move(before[0] - now[0], now[1] - before[1]);
  });
  over.addEventListener("pointerup", (event) => {
    if (down.delete(event.pointerId) && down.size === 0 && moved <= 0.01) keep(photoNear(event));
  });
  over.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  over.addEventListener("pointerleave", () => point(-1));
  over.addEventListener("wheel", (event) => {  // the page scrolls over the map until one has clicked into it
    if (!event.ctrlKey && document.activeElement !== byId("plot")) return;
    event.preventDefault();
    zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 100) / 400), ...share(event));
  }, { passive: false });
}

// The nearest photo in a direction, sideways steps counting double.
function photoTowards(dx, dy) {
  if (map.kept < 0) {
    for (let photo = 0; photo < photoCount; ++photo) if (isLit(photo)) return photo;
    return -1;
  }
  const [x0, y0] = placeOf(map.kept);
  let best = map.kept, bestCost = Infinity;
  for (let photo = 0; photo < photoCount; ++photo) {
    if (photo === map.kept || !isLit(photo)) continue;
    const [x, y] = placeOf(photo);
    const along = (x - x0) * dx + (y - y0) * dy, aside = Math.abs((x - x0) * dy) + Math.abs((y - y0) * dx);
    if (along > 0 && along + 2 * aside < bestCost) { best = photo; bestCost = along + 2 * aside; }
  }
  return best;
}

function takeKey(event) {
  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (directions[event.key]) {
    const photo = photoTowards(...directions[event.key]);
    if (photo >= 0) { bringIntoView(photo); keep(photo); }
  } else if (event.key === "+" || event.key === "=") zoom(1 / 1.5);
  else if (event.key === "-") zoom(1.5);
  else if (event.key === "0") showAll();
  else if (event.key === "Escape") { clearSearch(); keep(-1); }
  else return;
  event.preventDefault();
}
