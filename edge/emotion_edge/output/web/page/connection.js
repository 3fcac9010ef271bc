// What the page asks of the daemon, and the stream of events that it listens to.

const RETRY_MS = 2000;
// The daemon sends its state at least every 15 seconds. After a power cut the line dies silently.
const SILENCE_MS = 40000;

/**
 * Send a request; return the answer. Without a session the page becomes the login page.
 *
 * content: is sent as JSON.
 */
export async function request(path, method = "GET", content = undefined) {
  const body = content && JSON.stringify(content);
  const answer = await fetch(path, { method, body, headers: { "X-Emotion-Edge": "1" } });
  if (answer.status === 401) {
    location.assign(`/login${location.search}`);
    return new Promise(() => {}); // the page ends here
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const error = new Error(problem.error ?? `${answer.status}`);
  throw Object.assign(error, { status: answer.status });
}

/**
 * Listen to the daemon for as long as the page is visible, and connect again after a loss.
 *
 * on: functions `state(state)`, `line(line)` and `lost(why)`; why: "lost", "busy", or "" if the
 * page is merely hidden. A hidden page costs the daemon nothing, does not count as a viewer, and
 * leaves the browser's few connections to other tabs. Returns a function that ends it for good.
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
    if (document.hidden) return; // until it is visible again
    try {
      const state = await (await request("/api/state")).json();
      if (!document.hidden && !over) open(state);
    } catch (error) {
      lose(error.status === 503 ? "busy" : "lost");
    }
  }

  function open(state) {
    close();
    source = new EventSource("/api/events");
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

  document.addEventListener("visibilitychange", () => {
    if (over) return;
    close();
    if (document.hidden) on.lost("");
    check();
  });
  check();
  return () => {
    over = true;
    close();
  };
}
