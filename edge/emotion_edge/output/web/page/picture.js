// The picture that the daemon judged, with its boxes, and the buttons below it.

import { byId, reasonText, say, setText } from "./dom.js";
import { request } from "./connection.js";

const RETRY_MS = 3000;
const stream = byId("stream");
const words = byId("no-picture");
let refusedUntil = 0;

/** Show the stream of pictures, or say why there is none. state: null without a connection. */
export function showPicture(state) {
  const wanted = Boolean(state?.picture) && Date.now() >= refusedUntil;
  if (wanted && !stream.hasAttribute("src")) stream.src = `/stream.mjpg?${Date.now()}`;
  if (!wanted) stream.removeAttribute("src"); // also ends the request
  stream.hidden = !wanted;
  words.hidden = wanted;
  if (!wanted) setText(words, whyNot(state));
  if (state?.frame) {
    stream.width = state.frame.width;
    stream.height = state.frame.height;
  }
}

function whyNot(state) {
  if (!state) return say("connecting");
  if (state.aggregate) return say("picture_none");
  if (state.picture) return say("busy");
  if (state.paused) return reasonText("paused");
  if (!state.streaming) return reasonText(state.reason ?? "starting");
  return say("picture_off");
}

stream.addEventListener("error", () => {
  if (stream.hasAttribute("src")) refusedUntil = Date.now() + RETRY_MS;
});

let paused = false;

/** Let the buttons do what can be done now. state: null without a connection. */
export function showButtons(state) {
  paused = Boolean(state?.paused);
  byId("pause").disabled = !state;
  byId("snapshot").disabled = !state?.picture;
  for (const id of ["snapshot", "snapshot-hint"]) byId(id).hidden = Boolean(state?.aggregate);
  setText(byId("pause"), say(paused ? "resume" : "pause"));
}

async function attempt(action) {
  try {
    setText(byId("message"), (await action()) ?? "");
  } catch (error) {
    setText(byId("message"), say("failed", { error: error.message }));
  }
}

async function saveSnapshot() {
  const picture = await (await request("/api/snapshot.jpg")).blob();
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
byId("pause").addEventListener("click", () =>
  attempt(async () => void (await request(paused ? "/api/resume" : "/api/pause", "POST"))),
);
byId("logout")?.addEventListener("click", () =>
  attempt(async () => {
    await request("/logout", "POST");
    location.assign(`/login${location.search}`);
  }),
);
