;(() => {
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const lastRun = JSON.parse(document.getElementById("last-run").textContent);
const photoCount = data.photos.paths.length;
