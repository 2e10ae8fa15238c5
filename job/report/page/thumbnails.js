// Thumbnails are on a few sheets, each a JPEG.
const sheets = data.thumbnails.sheets.map(({ side, photos, jpeg }) => {
  const image = new Image();
  image.src = "data:image/jpeg;base64," + jpeg;
  return { side, photos, image, ready: image.decode() };
});
const places = new Map();  // photo -> where its thumbnail is
{
  let next = 0;
  for (const sheet of sheets) {
    for (let slot = 0; slot < sheet.photos; ++slot) {
      const x = (slot % data.thumbnails.columns) * sheet.side;
      const y = Math.floor(slot / data.thumbnails.columns) * sheet.side;
      places.set(data.thumbnails.photos[next++], { sheet, x, y });
    }
  }
}

const hasThumbnail = (photo) => places.get(photo)?.sheet.image.complete ?? false;

function drawThumbnail(context, photo, left, top, size) {
  const { sheet, x, y } = places.get(photo);
  context.drawImage(sheet.image, x, y, sheet.side, sheet.side, left, top, size, size);
}

// A thumbnail of `size` CSS pixels, or a text if there is none.
function makeThumbnail(photo, size) {
  const place = places.get(photo);
  const text = place ? `Photo ${visible(fileText(photo))}, ${visible(labelText(data.photos.labels[photo]))}` : "No thumbnail";
  const canvas = make("canvas", { class: "thumbnail", role: "img", "aria-label": text, title: visible(data.photos.paths[photo]) });
  canvas.style.setProperty("--size", `${size}px`);
  canvas.width = canvas.height = Math.round(size * Math.min(2, Math.max(1, window.devicePixelRatio)));
  if (place) place.sheet.ready.then(() => drawThumbnail(canvas.getContext("2d"), photo, 0, 0, canvas.width));
  return canvas;
}

// Two photos or one, side by side; a click shows the photo on the map.
function makeFigure(photos, ...caption) {
  const pictures = photos.map((photo) =>
    make("button", { class: "bare", type: "button", "aria-label": `Show ${visible(fileText(photo))} on the map`, onclick: () => showOnMap(photo) },
      makeThumbnail(photo, 96)));
  return make("figure", { "data-photos": photos.join(" ") }, make("div", { class: "side" }, pictures), make("figcaption", {}, caption));
}
