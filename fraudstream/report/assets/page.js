"use strict";
const specifications = JSON.parse(document.getElementById("specifications").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { labelColor: colour("--soft"), titleColor: colour("--soft"), gridColor: colour("--line"),
    domainColor: colour("--line"), tickColor: colour("--line"), labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal" };
  return { background: null, font: getComputedStyle(document.body).fontFamily, view: { stroke: null }, axis,
    legend: { labelColor: colour("--ink"), titleColor: colour("--soft"), orient: "top", labelFontSize: 12 } };
}

function draw() {
  for (const [name, specification] of Object.entries(specifications)) {
    const config = { ...specification.config, ...theme() };
    const compiled = vegaLite.compile({ ...specification, autosize: { type: "fit", contains: "padding" } }, { config });
    const place = document.getElementById(name);
    place.replaceChildren();
    new vega.View(vega.parse(compiled.spec), { renderer: "svg", container: place, hover: true }).runAsync();
  }
}

dark.addEventListener("change", draw);
draw();
