// The picture that the daemon judged, with its boxes, and the buttons below it.

import { byId, reasonText, say, setText } from "./dom.js";
import { logOut, request } from "./connection.js";
import { makePlayer } from "./player.js";

const words = byId("no-picture");
const player = makePlayer(byId("stream"), words);

/** Show the stream of pictures, or say why there is none. state: null without a connection. */
export function showPicture(state) {
  player.show(Boolean(state?.picture));
  setText(words, whyNot(state));
}

function whyNot(state) {
  if (!state) return say("connecting");
  if (state.aggregate) return say("picture_none");
  if (state.picture) return say(player.isRefused() ? "busy" : "connecting");
  if (state.paused) return reasonText("paused");
  if (!state.streaming) return reasonText(state.reason ?? "starting");
  return say("picture_off");
}

let paused = false;
let coming = null; // a snapshot that has been asked for

/** Let the buttons do what can be done now. state: null without a connection. */
export function showButtons(state) {
  paused = Boolean(state?.paused);
  byId("pause").disabled = !state;
  if (!state?.picture) coming?.abort();
  byId("snapshot").disabled = !state?.picture || Boolean(coming);
  for (const id of ["snapshot", "snapshot-hint"]) byId(id).hidden = Boolean(state?.aggregate);
  setText(byId("pause"), say(paused ? "resume" : "pause"));
}

async function attempt(action) {
  setText(byId("message"), "");
  try {
    const said = await action();
    if (said) setText(byId("message"), said);
  } catch (error) {
    setText(byId("message"), say("failed", { error: error.message }));
  }
}

/** Return the next picture; with --every it may take long, and the daemon says when it is too long. */
async function nextPicture() {
  coming = new AbortController();
  byId("snapshot").disabled = true; // one at a time, because it holds a connection
  setText(byId("message"), say("snapshot_waits"));
  try {
    return await (await request("/api/snapshot.jpg", "GET", undefined, coming.signal)).blob();
  } finally {
    coming = null;
  }
}

async function saveSnapshot() {
  const picture = await nextPicture();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = `${document.title} ${new Date().toISOString().slice(0, 19)}.jpg`.replace(
    /[^\p{L}\p{N}.-]+/gu,
    "-",
  );
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  return say("snapshot_saved", { name: link.download });
}

byId("snapshot").addEventListener("click", () => attempt(saveSnapshot));
/** POST; before that the picture ends, so that there is a connection to do it with. */
function post(path) {
  player.show(false);
  return request(path, "POST");
}

byId("pause").addEventListener("click", () =>
  attempt(async () => void (await post(paused ? "/api/resume" : "/api/pause"))),
);
byId("logout")?.addEventListener("click", () => attempt(logOut));
