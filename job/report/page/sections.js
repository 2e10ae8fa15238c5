// The sections around the map, from the data.
const { likeness, counts } = data;
const ofSample = photoCount < counts.ok ? ` (of the ${whole(photoCount)} photos examined)` : "";
const labelCount = data.labels.names.length + data.labels.more;

function fact(number, ...words) {
  return make("li", {}, make("strong", {}, number), words);
}

function agreementAt(width) {
  return likeness.agreement.find(([other]) => other === width)?.[1] ?? null;
}

function startSummary() {
  byId("title").textContent = `${counted(counts.listed, "photo")} of ${counted(labelCount, "label")}`;
  document.title = byId("title").textContent + " – coulis";
  byId("input").append("from ", name(data.input));
  for (const section of document.querySelectorAll("section")) {
    byId("contents").append(make("li", {}, make("a", { href: "#" + section.id }, section.dataset.title)));
  }
  const kept = data.pca.ratio.reduce((sum, share) => sum + share, 0);
  const facts = [
    fact(whole(counts.ok), `${counts.ok === 1 ? "photo has" : "photos have"} features`),
    fact(whole(counts.failed), `${counts.failed === 1 ? "photo" : "photos"} could not be used`),
    fact(whole(data.pca.ratio.length), `${data.pca.ratio.length === 1 ? "component explains" : "components explain"} ${percent(kept)} of the variance`),
  ];
  const agreed = agreementAt(data.pca.ratio.length);
  if (agreed !== null && labelCount > 1) facts.push(fact(percent(agreed), `of photos are most similar to a photo with the same label${ofSample}`));
  if (likeness.twins_found > 0) facts.push(fact(whole(likeness.twins_found), "near-duplicate pairs with different labels"));
  byId("facts").append(...facts);
  byId("turned").textContent = data.turned;
}

function startAgreement() {
  const all = likeness.agreement.at(-1);
  if (labelCount < 2 || !all || all[1] === null) {
    byId("agreement-text").textContent = "To compare labels, there must be at least two labels and two photos.";
    return;
  }
  const k = data.pca.ratio.length;
  byId("agreement-text").textContent = `If labels describe what the photos show, a photo and the most similar photo have the same label. This is true for `
    + `${percent(all[1])} of the photos${ofSample} with all ${whole(all[0])} features of the model, and for ${percent(agreementAt(k))} with the `
    + `${counted(k, "component")} of the PCA. By chance it would be true for ${percent(likeness.by_chance)}.`
    + (likeness.confused.length > 0 ? " These labels are confused most often. Each pair below is a photo and the "
      + "most similar photo. A distance of 100 % is typical of two random photos." : " No label is confused with another.");
  const sections = likeness.confused.map(({ labels, photos, of, examples }) => [
    make("h3", {}, labelName(labels[0]), " and ", labelName(labels[1])),
    make("p", { class: "quiet" }, "Photos that are most similar to a photo with the other label: "
      + `${whole(photos)} of ${whole(of)}${ofSample ? " examined" : ""}`),
    make("div", { class: "gallery" }, examples.map(makePairFigure))]);
  byId("confused").append(...sections.slice(0, 6).flat());
  if (sections.length > 6) {
    byId("confused").append(make("details", {}, make("summary", {}, `${counted(sections.length - 6, "more pair")} of labels`), sections.slice(6).flat()));
  }
}

function makePairFigure([a, b, distance]) {
  const caption = (photo) => make("p", {}, make("strong", {}, labelName(data.photos.labels[photo])), make("br"), name(fileText(photo)));
  const apart = distance === 0 ? "identical features" : `distance ${percent(distance)}`;
  return makeFigure([a, b], caption(a), caption(b), make("p", {}, apart));
}

function startTwins() {
  const found = likeness.twins_found;
  byId("twins-text").textContent = found === 0
    ? `None found${ofSample}. A pair counts if its distance is at most a tenth of the typical distance of two random photos.`
    : `${counted(found, "pair")}${ofSample}, with a distance of at most a tenth of the typical distance of two random photos`
      + `${found > likeness.twins.length ? `; the closest ${likeness.twins.length} are shown` : ""}. One of the two labels may be wrong.`;
  byId("twin-pairs").append(...likeness.twins.map(makePairFigure));
}

function startOutliers() {
  if (likeness.outliers.length === 0) byId("outliers-text").textContent = "To find outliers, there must be at least two photos.";
  else {
    byId("outliers-text").textContent = `These photos${ofSample} differ most from their most similar photos. Each may be badly cropped, a different kind of photo, `
      + "or simply the only one of its kind. The last ones may be ordinary photos.";
  }
  const figures = likeness.outliers.map(([photo, times]) => makeFigure([photo],
    make("p", {}, make("strong", {}, labelName(data.photos.labels[photo])), make("br"), name(fileText(photo))),
    make("p", {}, `${times.toFixed(1)} times the usual distance`)));
  byId("outlier-photos").append(...figures);
}

function makeBar(value, most) {
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${(100 * value) / most}%`;
  return bar;
}

function startLabels() {
  const order = data.labels.photos.map((_, label) => label).sort((a, b) => data.labels.photos[b] - data.labels.photos[a] || a - b);
  const most = data.labels.photos[order[0]];
  const fewest = data.labels.photos[order.at(-1)];
  const photos = fewest === most ? counted(most, "photo") : `${whole(fewest)} to ${counted(most, "photo")}`;
  byId("labels-text").textContent = `${counted(labelCount, "label")} with ${photos} each.`
    + (data.labels.more > 0 ? ` ${counted(data.labels.more, "more label")} with ${counted(data.labels.photos_of_more, "photo")} are not listed.` : "");
  const rows = (labels) => labels.map((label) => [labelName(label), whole(data.labels.photos[label]), makeBar(data.labels.photos[label], most)]);
  const bars = (labels) => makeTable(["Label", "Photos", "Compared"], rows(labels), { numbers: [1], kind: "bars" });
  byId("label-bars").append(bars(order.slice(0, 20)));
  if (order.length > 20) {
    byId("label-bars").append(make("details", {}, make("summary", {}, `The other ${counted(order.length - 20, "label")}`), bars(order.slice(20))));
  }
}

const failureWords = {
  empty: "Empty files", not_an_image: "Files that are not photos, despite their names", unsupported: "Photos in an unsupported format",
  truncated: "Truncated photos", corrupt: "Damaged photos", too_large: "Photos that are too large",
  unreadable: "Files that could not be read", vanished: "Files that disappeared before they could be read", changed: "Files that changed during the run",
  worker_died: "Files that crashed the process that read them",
};

function startFailures() {
  const kinds = Object.entries(data.failures);
  if (kinds.length === 0) byId("failure-lists").append(make("p", {}, "None."));
  for (const [code, { photos, rows }] of kinds) {
    byId("failure-lists").append(make("details", { open: rows.length <= 20 },
      make("summary", {}, `${failureWords[code] ?? code}: ${counted(photos, "file")}`),
      make("div", { class: "scroll" }, makeTable(["File", "Why"], rows.map(([path, message]) => [name(path), name(message)]))),
      make("p", { class: "quiet" }, rows.length < photos ? `Only the first ${rows.length} are listed; errors.csv lists all.` : `errors.csv also lists them, with the code ${code}.`)));
  }
}

const stageWords = {
  list: "Listing the photos", plan: "Planning", features: "Features: reading, decoding, resizing, network", moments: "Mean and covariance for the PCA",
  pca: "PCA", "projection and tables": "Projecting the photos, writing the tables", report: "This report",
};

const taskOverhead = lastRun.seconds.find(([stage]) => stage === "task overhead")?.[1];

function coreText(features) {
  const rate = `${(lastRun.computed / features / lastRun.threads).toFixed(1)} photos a second`;
  return taskOverhead === undefined ? rate
    : `${rate}; task overhead (start-up, scheduling, waiting): ${seconds(taskOverhead)} of the ${seconds(features)} for the features`;
}

function startRun() {
  const wall = lastRun.seconds.filter(([stage]) => stage in stageWords);
  const features = wall.find(([stage]) => stage === "features")?.[1];
  const computed = lastRun.computed > 0 && features > 0;
  const rows = [
    ["Photos", `${counted(counts.listed, "file")}, ${megabytes(counts.bytes)}: ${whole(counts.ok)} with features, ${whole(counts.failed)} failed`],
    ["Input", name(data.input)],
    ["Model", [name(data.model.name), make("br"), make("span", { class: "quiet" }, `sha256 ${data.model.sha256}`)]],
    ["Precision", data.model.precision],
    ["PCA", `${data.pca.requested}, ${data.pca.projection}`],
    ["Version", `coulis ${data.coulis}`],
    ["Machine", `${counted(lastRun.threads, taskOverhead === undefined ? "thread" : "core")}, ${lastRun.simd} instructions`],
    ...(computed ? [["Speed per core", coreText(features)]] : []),
    ["Parts", whole(counts.parts)],
    ["Settings", make("details", {}, make("summary", {}, "All settings that affect the features"), make("pre", { class: "scroll" }, data.settings.trim().split("\n").map(visible).join("\n")))],
  ];
  byId("run-facts").append(makeTable([], rows));
  const total = wall.reduce((sum, [, value]) => sum + value, 0);
  byId("time-text").textContent = computed
    ? `${seconds(total)} in total. The features of ${counted(lastRun.computed, "photo")} took ${seconds(features)}: ${whole(Math.round(lastRun.computed / features))} photos a second.`
      + (lastRun.share_of_peak > 0 ? ` For the network, this is ${percent(lastRun.share_of_peak)} of the peak multiplication rate of this CPU, including multiplications by zero that coulis may skip.` : "")
    : `${seconds(total)} in total; the features already existed.`;
  const most = Math.max(...wall.map(([, value]) => value));
  byId("run-times").append(makeTable(["Stage", "Time", "Compared"],
    wall.map(([stage, value]) => [stageWords[stage], seconds(value), makeBar(value, most)]), { numbers: [1], kind: "bars" }));
  const work = lastRun.seconds.filter(([stage]) => stage.startsWith("workers: "));
  if (work.length === 0) return;
  byId("run-times").append(make("details", {}, make("summary", {}, "Time for the features by step, summed over the threads"),
    makeTable(["Step", "Time"], work.map(([stage, value]) => [stage.slice(9), seconds(value)]), { numbers: [1] })));
}
