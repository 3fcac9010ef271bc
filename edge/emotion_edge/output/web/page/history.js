// Labels over time: reads the history each minute and adds it up by day, hour and label.

import { byId, say, setText } from "./dom.js";
import { request } from "./connection.js";
import { drawHours, drawShares, drawWeek } from "./plots.js";

const DAYS = 7;
const DAY_MS = 86400000;
const REFRESH_MS = 60000;
let readAt = -Infinity;
let last = null; // what is drawn

/** Show the history, if there is one, and read it again once a minute. */
export function keepHistory(state) {
  byId("history").hidden = !state.history;
  if (!state.history || performance.now() - readAt < REFRESH_MS) return;
  readAt = performance.now();
  // The next minute tries again. If the daemon is away, the page says so itself.
  read(state).catch(({ status, late }) => {
    byId("history-unreadable").hidden = !(status || late);
    setText(byId("history-unreadable"), say(late ? "no_answer" : "history_unreadable"));
  });
}

async function read(state) {
  const now = Date.parse(state.time);
  // A day more at both ends, because the device's day is that of its time zone.
  const [from, to] = [dateText(now - DAYS * DAY_MS), dateText(now + DAY_MS)];
  const { rows } = await (await request(`/api/history?by=hour&from=${from}&to=${to}`)).json();
  byId("history-unreadable").hidden = true;
  last = addUp(rows, now, state.labels);
  draw();
}

const dateText = (time) => new Date(time).toISOString().slice(0, 10);

/**
 * Return {days, labels, seconds(day, hour, label)}: the last seven days, the oldest first, and the
 * labels seen in them. A row's start is local time, such as 2026-11-28T10:00:00+01:00.
 */
export function addUp(rows, now, modelLabels) {
  const today = dateText(now + offsetMs(rows.at(-1)?.start ?? "Z"));
  const days = Array.from({ length: DAYS }, (_, i) =>
    dateText(Date.parse(today) - (DAYS - 1 - i) * DAY_MS),
  );
  const sums = new Map();
  const seen = new Set();
  for (const { start, label, seconds } of rows) {
    const day = start.slice(0, 10);
    if (label === "no_face" || !days.includes(day)) continue;
    const key = JSON.stringify([day, Number(start.slice(11, 13)), label]);
    sums.set(key, (sums.get(key) ?? 0) + seconds);
    seen.add(label);
  }
  const others = [...seen].filter((label) => !modelLabels.includes(label) && label !== "unknown");
  const labels = [...modelLabels, ...others.sort(), "unknown"];
  const seconds = (day, hour, label) => sums.get(JSON.stringify([day, hour, label])) ?? 0;
  return { days, labels, seen: labels.filter((label) => seen.has(label)), seconds };
}

function offsetMs(start) {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(start) ?? [null, "+", 0, 0];
  return (sign === "-" ? -1 : 1) * (hours * 60 + Number(minutes)) * 60000;
}

function draw() {
  const empty = !last.seen.length;
  byId("no-history").hidden = !empty;
  byId("plots").hidden = empty;
  if (empty) return;
  drawHours(byId("hours"), last);
  drawWeek(byId("week"), last);
  drawShares(byId("shares"), last);
}

// The plots are as wide as the page, but their text is not: so another width needs other plots.
let width = 0;
new ResizeObserver(([entry]) => {
  if (Math.abs(entry.contentRect.width - width) < 1) return;
  width = entry.contentRect.width;
  if (last && width) draw();
}).observe(byId("history"));
