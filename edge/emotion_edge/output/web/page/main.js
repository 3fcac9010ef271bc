// Join the parts of the page to the daemon's events.

import { byId, number, say, setPairs, setText } from "./dom.js";
import { listen } from "./connection.js";
import { showAim } from "./aim.js";
import { noteLine } from "./changes.js";
import { showFaces } from "./faces.js";
import { keepHistory } from "./history.js";
import { showButtons, showPicture } from "./picture.js";

function show(state) {
  showPicture(state);
  showButtons(state);
  showFaces(state);
  showAim(state);
  setPairs(byId("figures"), state ? figures(state) : []);
  if (!state) return;
  document.title = state.title;
  byId("changes").hidden = Boolean(state.aggregate);
  setText(byId("model"), `emotion-edge ${state.version}`);
  keepHistory(state);
}

function figures(state) {
  const all = [
    ["frames_per_second", state.frames_per_second, 1],
    ["find_ms", state.find_ms, 1, "millisecond"],
    ["inference_ms", state.inference_ms, 1, "millisecond"],
    ["temperature", state.temperature, 1, "celsius"],
    ["dropped", state.dropped, 0],
    ["viewers", state.viewers, 0],
  ];
  const known = all.filter(([, value]) => value !== null && value !== undefined);
  const pairs = known.map(([key, ...rest]) => [say(key), number(...rest)]);
  return [...pairs, [say("source"), state.source], [say("model"), state.model]];
}

listen({
  state(state) {
    byId("connection").hidden = true;
    show(state);
  },
  line: noteLine,
  lost(why) {
    byId("connection").hidden = !why;
    setText(byId("connection"), why ? say(why) : "");
    show(null);
  },
});
