// The map: marks or photos at two components of the PCA. uPlot draws axes and scales; the marks are ours.
const map = {
  plot: null,
  xs: [], ys: [],  // [photos]
  view: null,      // { x: [low, high], y: [low, high] } in units of the components
  pointed: -1,     // the photo under the pointer
  kept: -1,        // the photo that stays shown
  lit: null,       // Set of photos that stand out; null: all alike
  shown: new Map(),  // cell of a grid -> the photo that is drawn there
  markSize: 1,
};

const showsPhotos = () => byId("as-photos").checked;

const componentTitle = (i) => `Component ${i + 1} (${percent(data.pca.ratio[i])} of the variance)`;

function valuesOf(component) {
  const { low, high, steps } = data.photos.axes[component];
  return steps.map((step) => low + (step / data.photos.coordinate_steps) * (high - low));
}

function boundsOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
  const margin = (high - low) * 0.04 || 1;
  return [low - margin, high + margin];
}

const isLit = (photo) => map.lit === null || map.lit.has(photo);

// Canvas pixels of a photo on the map.
function placeOf(photo) {
  const { left, top, width, height } = map.plot.bbox;
  const { x, y } = map.view;
  return [left + ((map.xs[photo] - x[0]) / (x[1] - x[0])) * width, top + ((y[1] - map.ys[photo]) / (y[1] - y[0])) * height];
}

function drawMarks(context, radius) {
  const piles = new Map();  // colour and shape -> one path for all
  for (let photo = 0; photo < photoCount; ++photo) {
    const label = data.photos.labels[photo];
    const lit = isLit(photo);
    const key = `${lit ? 1 : 0} ${colourOf(label)} ${shapeOf(label)}`;
    if (!piles.has(key)) piles.set(key, { lit, label, path: new Path2D() });
    const [x, y] = placeOf(photo);
    piles.get(key).path.addPath(shapePaths[shapeOf(label)], { a: radius, d: radius, e: x, f: y });
  }
  for (const { lit, label, path } of [...piles.values()].sort((a, b) => a.lit - b.lit)) {
    context.globalAlpha = lit ? 0.85 : 0.1;
    context.fillStyle = theme(`--mark-${colourOf(label)}`);
    context.fill(path);
  }
  context.globalAlpha = 1;
}

const photoSize = 40, framePart = 0.05;

// A thumbnail in a frame of its label's colour, with its middle at (x, y).
function drawFramed(context, photo, x, y, size, colour = theme(`--mark-${colourOf(data.photos.labels[photo])}`)) {
  const frame = size * framePart;
  context.fillStyle = colour;
  context.fillRect(x - size / 2, y - size / 2, size, size);
  drawThumbnail(context, photo, x - size / 2 + frame, y - size / 2 + frame, size - 2 * frame);
}

// Whole cells of about a photo's size, from edge to edge: no photo is cut.
function photoGrid() {
  const { left, top, width, height } = map.plot.bbox;
  const count = (length) => Math.max(1, Math.floor(length / (photoSize * devicePixelRatio)));
  const columns = count(width), rows = count(height);
  return { left, top, width: width / columns, height: height / rows, columns, rows };
}

// "column row" of a place, whether on the map or not.
function cellOf(x, y, grid = photoGrid()) {
  return `${Math.floor((x - grid.left) / grid.width)} ${Math.floor((y - grid.top) / grid.height)}`;
}

// One photo for each cell of a grid: zooming in makes room for more.
function drawPhotos(context) {
  const grid = photoGrid();
  map.shown.clear();
  for (let photo = 0; photo < photoCount; ++photo) {
    const cell = cellOf(...placeOf(photo), grid);
    if (!isLit(photo) || map.shown.has(cell) || !hasThumbnail(photo)) continue;
    const [column, row] = cell.split(" ").map(Number);
    if (column < 0 || column >= grid.columns || row < 0 || row >= grid.rows) continue;
    map.shown.set(cell, photo);
    const size = Math.min(grid.width, grid.height) * 0.94;
    drawFramed(context, photo, grid.left + (column + 0.5) * grid.width, grid.top + (row + 0.5) * grid.height, size);
  }
}

function drawRing(context, photo, radius, colour) {
  const [x, y] = placeOf(photo);
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = radius / 4;
  context.stroke();
}

function drawChosen(context, photo) {
  if (photo < 0) return;
  const ratio = devicePixelRatio;
  for (const near of neighboursOf(photo)) drawRing(context, near.photo, 7 * ratio, theme("--ink"));
  if (showsPhotos() && hasThumbnail(photo)) drawFramed(context, photo, ...placeOf(photo), 1.5 * photoSize * ratio, theme("--accent"));
  else drawRing(context, photo, 11 * ratio, theme("--accent"));
}

function drawMap(plot) {
  const context = plot.ctx;
  const { left, top, width, height } = plot.bbox;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  drawMarks(context, Math.min(7, (photoCount > 1000 ? 3 : 4) * map.markSize) * devicePixelRatio);
  if (showsPhotos()) drawPhotos(context);
  drawChosen(context, map.kept);
  drawChosen(context, map.pointed);
  context.restore();
}

function neighboursOf(photo) {
  if (photo < 0) return [];
  const { neighbours, nearest, distances } = data.photos;
  const near = [];
  for (let i = photo * neighbours; i < (photo + 1) * neighbours; ++i) near.push({ photo: nearest[i], distance: distances[i] });
  return near;
}

function showView(x, y) {
  map.view = { x, y };
  const all = boundsOf(map.xs);
  map.markSize = Math.sqrt(Math.min(4, (all[1] - all[0]) / (x[1] - x[0])));
  map.plot.batch(() => {
    map.plot.setScale("x", { min: x[0], max: x[1] });
    map.plot.setScale("y", { min: y[0], max: y[1] });
  });
}

const showAll = () => showView(boundsOf(map.xs), boundsOf(map.ys));

// Keeps the point at (fx, fy), shares of the width and the height, where it is.
function zoom(factor, fx = 0.5, fy = 0.5) {
  const scale = ([low, high], at) => {
    const fixed = low + (high - low) * at;
    return [fixed - (fixed - low) * factor, fixed + (high - fixed) * factor];
  };
  showView(scale(map.view.x, fx), scale(map.view.y, 1 - fy));
}

function move(fx, fy) {
  const shift = ([low, high], share) => [low + (high - low) * share, high + (high - low) * share];
  showView(shift(map.view.x, fx), shift(map.view.y, fy));
}

function plotSize() {
  const box = byId("plot");
  return { width: box.clientWidth, height: box.clientHeight };
}

function makePlot() {
  const axis = (select) => ({
    stroke: theme("--quiet"), grid: { stroke: theme("--line"), width: 1 }, ticks: { stroke: theme("--line"), width: 1 },
    label: componentTitle(Number(byId(select).value)), labelSize: 24, size: 44, font: "12px system-ui, sans-serif",
    labelFont: "13px system-ui, sans-serif",
  });
  map.plot?.destroy();
  map.plot = new uPlot({
    ...plotSize(), mode: 2, legend: { show: false }, cursor: { show: false }, padding: [8, 8, 0, 0],
    scales: { x: { time: false, range: () => map.view.x }, y: { range: () => map.view.y } },
    axes: [axis("axis-x"), axis("axis-y")],
    series: [{}, { facets: [{ scale: "x" }, { scale: "y" }], paths: () => null, points: { show: false } }],
    hooks: { draw: [drawMap] },
  }, [null, [map.xs, map.ys]], byId("plot"));
  listenToPointer(map.plot.over);
}

function takeAxes() {
  map.xs = valuesOf(Number(byId("axis-x").value));
  map.ys = valuesOf(Number(byId("axis-y").value));
  map.view = { x: boundsOf(map.xs), y: boundsOf(map.ys) };
  map.markSize = 1;
  makePlot();
}

function redrawMap() {
  map.plot.redraw(false);
}

function startMap() {
  const count = data.photos.axes.length;
  for (const [id, chosen] of [["axis-x", 0], ["axis-y", Math.min(1, count - 1)]]) {
    for (let i = 0; i < count; ++i) byId(id).append(make("option", { value: i, selected: i === chosen }, componentTitle(i)));
    byId(id).addEventListener("change", takeAxes);
  }
  byId("as-photos").checked = places.size > 0;
  byId("as-photos").addEventListener("change", redrawMap);
  byId("zoom-in").addEventListener("click", () => zoom(1 / 1.5));
  byId("zoom-out").addEventListener("click", () => zoom(1.5));
  byId("zoom-all").addEventListener("click", showAll);
  byId("plot").addEventListener("keydown", takeKey);
  takeAxes();
  whenThemeChanges(makePlot);
  new ResizeObserver(() => map.plot.setSize(plotSize())).observe(byId("plot"));
}
