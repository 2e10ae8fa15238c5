// A mark for each label: 8 colours times 6 shapes give 48 marks, which then repeat.
const colourCount = 8;
const shapes = [  // in a circle of radius 1
  "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z",
  "M-.85 -.85H.85V.85H-.85Z",
  "M0 -1.1L1.05 .8H-1.05Z",
  "M0 -1.2L1.2 0L0 1.2L-1.2 0Z",
  "M0 1.1L1.05 -.8H-1.05Z",
  "M-.35 -1.1H.35V-.35H1.1V.35H.35V1.1H-.35V.35H-1.1V-.35H-.35Z",
];
const shapePaths = shapes.map((shape) => new Path2D(shape));
const colourOf = (label) => label % colourCount;
const shapeOf = (label) => (label + 5 * Math.floor(label / colourCount)) % shapes.length;

function makeMark(label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "-1.3 -1.3 2.6 2.6");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes[shapeOf(label)]);
  path.style.fill = `var(--mark-${colourOf(label)})`;
  svg.append(path);
  return svg;
}

const theme = (variable) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
const whenThemeChanges = (redraw) => matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
