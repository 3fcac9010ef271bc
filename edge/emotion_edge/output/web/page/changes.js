// The latest changes, as the lines of stdout tell them. A screen reader reads each one out.

import { byId, element, labelName, language, reasonText, say } from "./dom.js";
import { faceName } from "./faces.js";

const KEPT = 8;
// Many faces may change many times a second; nobody can listen to that.
const PAUSE_MS = 2000;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
let waiting = [];
let timer = null;

/** Note one of the lines that stdout has. */
export function noteLine(line) {
  if (line.event === "heartbeat" || line.event === "frame") return;
  waiting.push(line);
  waiting = waiting.slice(-KEPT);
  timer ??= setTimeout(flush, 0);
}

function flush() {
  const log = byId("log");
  byId("no-changes").hidden = true;
  log.prepend(...waiting.reverse().map(entry));
  while (log.children.length > KEPT) log.lastChild.remove();
  waiting = [];
  timer = setTimeout(() => {
    timer = null;
    if (waiting.length) flush();
  }, PAUSE_MS);
}

function entry(line) {
  const time = element("time", { datetime: line.time }, clock.format(new Date(line.time)));
  return element("li", {}, time, " ", lineText(line));
}

function lineText({ face, label, reason, box }) {
  if (label === "no_face") {
    return face === null ? say("nobody") : say("has_left", { face: faceName(face) });
  }
  if (face === null && box === null && (reason === "no_camera" || reason === "paused")) {
    return reasonText(reason);
  }
  const name = reason ? `${labelName(label)}. ${reasonText(reason)}` : labelName(label);
  return `${faceName(face)} · ${name}`;
}
