// A colour for each label. No meaning rests on colour alone: a label's name is always beside it.
//
// The eight colours are those of Okabe and Ito (2008), which people with any kind of colour vision
// tell apart; page.css has them. "unknown" is hatched, and all labels beyond the eighth share grey.

import { svg } from "./dom.js";

export const COLOURS = 8;

/** Return the class of a label's colour. labels: those that have colours, in their order. */
export function colourClass(label, labels) {
  if (label === "unknown") return "unknown";
  const index = labels.filter((each) => each !== "unknown" && each !== "no_face").indexOf(label);
  return index < 0 || index >= COLOURS ? "others" : `colour-${index}`;
}

/** Return a small square in a label's colour. */
export function swatch(label, labels) {
  const square = svg("rect", { x: 1, y: 1, width: 12, height: 12, class: colourClass(label, labels) });
  return svg("svg", { class: "swatch", viewBox: "0 0 14 14", "aria-hidden": "true" }, square);
}
