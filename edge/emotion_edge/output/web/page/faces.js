// The faces in view: each one's label, why it has none, and its scores as bars.

import { bar, byId, element, labelName, number, reasonText, say, setBar, setText } from "./dom.js";
import { swatch } from "./colours.js";

const MANY = 10; // labels of one's own may be a hundred
const cards = new Map();

/** Show the faces. state: null without a connection. */
export function showFaces(state) {
  const faces = state?.faces ?? [];
  const ids = new Set(faces.map((face) => face.face));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    card.node.remove();
    cards.delete(id);
  }
  for (const face of faces) {
    if (!cards.has(face.face)) addCard(face);
    cards.get(face.face).show(face, state.labels);
  }
  byId("nobody").hidden = faces.length > 0;
  setText(byId("nobody"), whyNobody(state));
  showCounts(state);
}

/** Add a face's card, so that the cards stay in the order of their numbers. */
function addCard(face) {
  const later = [...cards.keys()].filter((id) => id > face.face).sort((a, b) => a - b);
  const card = new Card(face);
  byId("faces").insertBefore(card.node, cards.get(later[0])?.node ?? null);
  cards.set(face.face, card);
}

function whyNobody(state) {
  if (!state) return say("connecting");
  if (state.aggregate) {
    const period = number(state.aggregate, digitsOf(state.aggregate), "minute");
    return `${say("aggregate", { period })} ${state.counts ? "" : say("no_counts")}`;
  }
  if (state.paused) return reasonText("paused");
  return state.streaming ? say("nobody") : reasonText(state.reason ?? "starting");
}

const digitsOf = (value) => `${value}`.split(".")[1]?.length ?? 0;

/** Return a face's name; a face without a number is the whole picture. */
export const faceName = (id) => (id === null ? say("whole_picture") : say("face", { number: id }));

class Card {
  constructor(face) {
    const id = `face-${face.face ?? "whole"}`;
    this.name = element("span");
    this.own = element("small", { lang: "en" }); // as it is on stdout and in the picture
    this.label = element("p", { class: "label" }, this.name, " ", this.own);
    this.reason = element("p", { class: "reason" });
    this.bars = new Bars(element("ul", { class: "bars" }));
    this.raw = element("p", { class: "hint" });
    this.node = element(
      "article",
      { "aria-labelledby": id },
      element("h3", { id }, faceName(face.face)),
      this.label,
      this.reason,
      this.bars.list,
      this.raw,
    );
  }

  show(face, labels) {
    const shown = face.decided ? face.label : null;
    setText(this.name, shown === null ? say("undecided") : labelName(shown));
    setText(this.own, shown === null || shown === labelName(shown) ? "" : shown);
    const reason = face.decided ? face.reason : null;
    this.reason.hidden = !reason;
    setText(this.reason, reason ? reasonText(reason) : "");
    this.bars.show(labels, face.scores ?? {}, shown, (score) => number(score, 2));
    setText(this.raw, say("frame_alone", { label: labelName(face.raw) }));
  }
}

/** A list of labels with a bar for each, whose elements stay while the labels do. */
class Bars {
  constructor(list) {
    this.list = list;
    this.rows = new Map();
  }

  show(labels, values, chosen, text) {
    const shown = [...labels];
    if (shown.length > MANY) {
      shown.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).splice(MANY);
    }
    if (JSON.stringify([...this.rows.keys()]) !== JSON.stringify(shown)) this.rebuild(shown, labels);
    const most = Math.max(1, ...Object.values(values));
    for (const [label, row] of this.rows) {
      row.node.classList.toggle("chosen", label === chosen);
      setBar(row.bar, (values[label] ?? 0) / most);
      setText(row.value, text(values[label] ?? 0));
    }
  }

  rebuild(shown, labels) {
    this.rows.clear();
    for (const label of shown) {
      const row = { bar: bar(), value: element("span", { class: "value" }) };
      row.node = element(
        "li",
        {},
        element("span", { class: "name" }, swatch(label, labels), labelName(label)),
        " ",
        row.bar,
        row.value,
      );
      this.rows.set(label, row);
    }
    this.list.replaceChildren(...[...this.rows.values()].map((row) => row.node));
  }
}

const counted = new Bars(element("ul", { class: "bars" }));
byId("counts").append(element("h3", {}, say("counts")), counted.list);

function showCounts(state) {
  const counts = state?.counts;
  byId("counts").hidden = !counts;
  if (!counts) return;
  const labels = [...new Set([...state.labels, ...Object.keys(counts)])];
  counted.show(labels, counts, null, (count) => number(count));
}
