// What the page asks of the daemon, and the stream of events that it listens to.

import { say } from "./dom.js";
import { isElsewhere, isLive, setLeaving, takeTurns } from "./windows.js";

const RETRY_MS = 2000;
// The daemon sends its state at least every two seconds, until it hangs, or its power is cut.
const SILENCE_MS = 10000;
const ANSWER_MS = 20000;

/**
 * Send a request; return the whole answer. Without a session the page becomes the login page.
 *
 * content: is sent as JSON. signal: ends it; without one it may take ANSWER_MS.
 */
export async function request(path, method = "GET", content = undefined, signal = undefined) {
  const body = content && JSON.stringify(content);
  const answer = await whole(path, {
    method,
    body,
    headers: { "X-Emotion-Edge": "1" },
    cache: "no-store", // else a request waits for another window's of the same address
    signal: signal ?? AbortSignal.timeout(ANSWER_MS),
  });
  if (answer.status === 401) {
    location.assign(`/login${location.search}`);
    return new Promise(() => {}); // the page ends here
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const error = new Error(problem.error ?? `${answer.status}`);
  throw Object.assign(error, { status: answer.status });
}

/** Log out. Until that is done, the page asks for nothing that it would be refused. */
export async function logOut() {
  setLeaving(true);
  try {
    await request("/logout", "POST");
    location.assign(`/login${location.search}`);
  } catch (error) {
    setLeaving(false);
    throw error;
  }
}

async function whole(path, options) {
  try {
    const answer = await fetch(path, options);
    return new Response(await answer.blob(), { status: answer.status });
  } catch ({ name }) {
    const why = name === "AbortError" ? "picture_none" : "no_answer";
    throw Object.assign(new Error(say(why)), { late: name === "TimeoutError" });
  }
}

/**
 * Listen to the daemon for as long as the page is live, and connect again after a loss.
 *
 * on: functions `state(state)`, `line(line)` and `lost(why)`; why: "lost", "busy", "elsewhere" if
 * other windows are live, or "" if the page is merely hidden. A page that is not live costs the
 * daemon nothing, does not count as a viewer, and leaves the browser's few connections to others.
 * Returns a function that ends it for good.
 */
export function listen(on) {
  let source = null;
  let timer = null;
  let over = false;

  function close() {
    source?.close();
    clearTimeout(timer);
    source = null;
  }

  function heard() {
    clearTimeout(timer);
    timer = setTimeout(() => lose("lost"), SILENCE_MS);
  }

  function lose(why) {
    if (over) return;
    close();
    on.lost(why);
    if (!over) timer = setTimeout(check, RETRY_MS);
  }

  // An EventSource does not tell why it failed.
  async function check() {
    if (!isLive()) return; // until its turn comes again
    try {
      const state = await (await request("/api/state")).json();
      if (isLive() && !over) open(state);
    } catch (error) {
      lose(error.status === 503 ? "busy" : "lost");
    }
  }

  function open(state) {
    close();
    source = new EventSource("/api/events");
    heard();
    source.addEventListener("open", () => {
      heard();
      on.state(state);
    });
    source.addEventListener("error", () => {
      // An answer that is no stream, although the state can be read: there are too many viewers.
      lose(source.readyState === EventSource.CLOSED ? "busy" : "lost");
    });
    for (const name of ["state", "line"]) {
      source.addEventListener(name, (event) => {
        heard();
        on[name](JSON.parse(event.data));
      });
    }
  }

  takeTurns(() => {
    if (over) return;
    close();
    if (!isLive()) on.lost(isElsewhere() ? "elsewhere" : "");
    check();
  });
  check();
  return () => {
    over = true;
    close();
  };
}
