// The stream of pictures while it is wanted, else words that say why there is none.

import { play } from "./stream.js";

const RETRY_MS = 3000;

/**
 * Return two functions: `show(wanted)`, to be called again and again, which also begins anew after
 * a loss, and `isRefused()`: whether there were too many viewers.
 */
export function makePlayer(canvas, words) {
  let stop = null; // ends the present stream
  let refused = false;
  let waitUntil = 0;

  function reveal(shown) {
    canvas.hidden = !shown;
    words.hidden = shown;
  }

  function end(status) {
    stop();
    stop = null;
    refused = status === 503;
    waitUntil = status === undefined ? 0 : Date.now() + RETRY_MS;
    canvas.width = 0; // nothing of the last picture stays
    reveal(false);
  }

  function show(wanted) {
    if (wanted && !stop && Date.now() >= waitUntil) stop = play(canvas, () => reveal(true), end);
    if (!wanted && stop) end();
  }

  return { show, isRefused: () => refused };
}
