// The picture that the daemon judged, with its boxes, and the buttons below it.

import { byId, reasonText, say, setText } from "./dom.js";
import { request } from "./connection.js";
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
