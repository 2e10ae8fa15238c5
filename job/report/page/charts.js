// The PCA with fewer numbers: the variation kept, and the share of nearest neighbours with the same label.
function keptVariation() {
  let sum = 0;
  return data.pca.ratio.map((share) => (sum += share));
}

function drawPca(kept, agreement) {
  const box = byId("pca-plot");
  const agreed = new Map(agreement);
  const points = kept.map((_, i) => agreed.get(i + 1) ?? null);
  const quiet = { stroke: theme("--quiet"), grid: { stroke: theme("--line"), width: 1 }, ticks: { stroke: theme("--line"), width: 1 } };
  const line = (label, colour, dash) => ({
    label, stroke: theme(colour), width: 2.5, dash, spanGaps: true, points: { show: dash !== undefined, size: 8, fill: theme(colour) },
    value: (_, share) => percent(share),
  });
  box.replaceChildren();
  return new uPlot({
    width: box.clientWidth, height: box.clientHeight - 40,
    scales: { x: { time: false }, y: { range: [0, 1] } },
    axes: [{ ...quiet, label: "Components", labelSize: 24 }, { ...quiet, values: (_, shares) => shares.map((share) => percent(share, 0)) }],
    series: [{ label: "Components", value: (_, number) => (number === null ? "–" : whole(number)) },
      line("Variance explained", "--mark-0"), line("Nearest photo has the same label", "--mark-1", [6, 4])],
  }, [kept.map((_, i) => i + 1), kept, points], box);
}

function tablePca(kept, agreement) {
  const chosen = kept.length;
  const widths = agreement.length > 0 ? agreement : [[chosen, null]];
  const rows = widths.map(([width, share], i) => [
    i === widths.length - 1 && width > chosen ? `${whole(width)} (all, without PCA)` : whole(width) + (width === chosen ? " (chosen)" : ""),
    width <= chosen ? percent(kept[width - 1]) : "100 %", percent(share)]);
  byId("pca-table").append(makeTable(["Components", "Variance explained", "Nearest photo has the same label"], rows,
    { numbers: [1, 2], chosen: widths.findIndex(([width]) => width === chosen) }));
}

function startPca() {
  const kept = keptVariation();
  const { agreement } = data.likeness;
  const chosen = data.pca.requested.startsWith("variance=")
    ? `the fewest that explain ${percent(Number(data.pca.requested.slice(9)), 0)}`
    : data.pca.requested.startsWith("given ") ? "as in the given PCA" : "as requested";
  byId("pca-text").append(`The model describes each photo with many numbers, and most of them are redundant. The PCA (${data.pca.projection}) reduces them to `
    + `${counted(kept.length, "component")}, ${chosen}. Together they explain ${percent(kept.at(-1))} of the variance between the photos. To try another number, run `,
    make("code", {}, "coulis fit OUTPUT -k 20"), ". This takes seconds and reads no photo again.");
  tablePca(kept, agreement);
  if (kept.length < 3) return byId("pca-plot").remove();
  let plot = drawPca(kept, agreement);
  whenThemeChanges(() => { plot.destroy(); plot = drawPca(kept, agreement); });
  new ResizeObserver(() => plot.setSize({ width: byId("pca-plot").clientWidth, height: byId("pca-plot").clientHeight - 40 })).observe(byId("pca-plot"));
}
