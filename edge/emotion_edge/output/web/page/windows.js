// Which windows of this browser are live: the visible two that were used last.
//
// A browser opens six connections to a server, for all its windows together, and lets every further
// request wait without a word. A live window holds two of them, for events and for the picture. Two
// such windows leave two connections for all that is asked for besides, such as a pause.

const LIVE = 2;
const name = `${Math.random()}`;
const channel = new BroadcastChannel("windows");
const later = new Set(); // the windows that were used later than this one
let used = 0;
let leaving = false; // this window logs out

/** Tell whether this window may hold connections. */
export const isLive = () => !document.hidden && !leaving && later.size < LIVE;

/** Tell whether this window would be live if others were not. */
export const isElsewhere = () => !document.hidden && later.size >= LIVE;

/** Let this window hold no connection, or let it hold them again. */
export function setLeaving(now) {
  leaving = now;
  dispatchEvent(new Event("leaving"));
}

/** Take part in the windows' turns; call a function whenever `isLive` has changed. */
export function takeTurns(changed) {
  let was = isLive();

  function look() {
    if (isLive() === was) return;
    was = !was;
    changed();
  }

  function use() {
    used = Date.now() + Math.random(); // no two windows have the same
    later.clear();
    channel.postMessage({ name, used });
    look();
  }

  function leave() {
    channel.postMessage({ name, used: 0 });
    look();
  }

  channel.addEventListener("message", ({ data }) => {
    if (data.used > used) later.add(data.name);
    else later.delete(data.name);
    look();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : use()));
  addEventListener("pagehide", leave);
  addEventListener("leaving", look);
  for (const kind of ["focus", "pointerdown", "keydown"]) {
    addEventListener(kind, () => later.size && use(), true);
  }
  if (!document.hidden) use();
}
