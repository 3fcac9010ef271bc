// Help to aim a camera: is a face found, and is it large, light and sharp enough to be read?

import { bar, byId, element, number, say, setBar, setText } from "./dom.js";

// A meter's mark is at a third of its length: a value of three times its limit fills it.
const FULL = 3;
const METERS = [
  { key: "side", digits: 0, unit: " px" },
  { key: "brightness", digits: 0, unit: "" },
  { key: "sharpness", digits: 3, unit: "" },
];
let rows = null;

/** Show the values of the largest face against their limits. state: null without a connection. */
export function showAim(state) {
  byId("aim").hidden = Boolean(state?.aggregate);
  const faces = state?.faces ?? [];
  const largest = faces.reduce((a, b) => (a && a.side >= b.side ? a : b), null);
  setText(byId("aim-found"), foundText(state, faces, largest));
  byId("aim-meters").hidden = !largest || largest.side === null;
  if (byId("aim-meters").hidden) return;
  rows ??= METERS.map(makeRow);
  METERS.forEach((meter, i) => showRow(rows[i], meter, largest[meter.key], state.limits[meter.key]));
}

function foundText(state, faces, largest) {
  if (!largest) {
    if (!state?.frame || state.paused || !state.streaming) return say("aim_no_frame");
    return say("aim_none", { side: number(state.limits.find_side), width: number(state.frame.width) });
  }
  if (largest.side === null) return say("aim_whole");
  if (faces.length === 1) return say("aim_found");
  return say("aim_found_several", { count: faces.length, number: largest.face });
}

function makeRow({ key }) {
  const row = { bar: bar("bar meter"), words: element("span") };
  const name = element("dt", {}, say(`aim_${key}`));
  row.node = element("div", {}, name, element("dd", {}, row.words, row.bar));
  byId("aim-meters").append(row.node);
  return row;
}

function showRow(row, { digits, unit }, value, limit) {
  const measured = value !== null && value !== undefined;
  const good = measured && value >= limit;
  row.node.className = good ? "good" : "poor";
  setBar(row.bar, measured ? value / limit / FULL : 0);
  const values = { value: number(value ?? 0, digits) + unit, limit: number(limit, digits) + unit };
  setText(row.words, measured ? say(good ? "aim_good" : "aim_poor", values) : say("aim_unmeasured"));
}
