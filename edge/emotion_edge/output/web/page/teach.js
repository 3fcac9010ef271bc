// The lesson: consent, one expression after the other, and what was learnt.

import { byId, element, labelName, number, say, setText, textFor } from "./dom.js";
import { listen, logOut, request } from "./connection.js";
import { makePlayer } from "./player.js";

const KEYS = { s: "skip", r: "repeat", q: "end" };
const TABLE = { class: "table", tabindex: "0", role: "region", "aria-labelledby": "report-title" };
const PATIENCE_MS = 30000; // for a program that has not said that it ends
const words = byId("no-picture");
const player = makePlayer(byId("stream"), words);
let state = null;
let lostSince = 0;

/** Return where the lesson is: the part of the page that is shown. */
function part() {
  if (!state) return "wait";
  if (state.phase === "consent" || state.phase === "ended") return state.phase;
  return state.step || state.no_camera ? "lesson" : "wait";
}

function show() {
  const now = part();
  const moved = byId(now).hidden;
  for (const id of ["wait", "consent", "lesson", "ended"]) byId(id).hidden = id !== now;
  setText(byId("wait"), waiting());
  player.show(Boolean(state?.picture) && !state.no_camera);
  setText(words, whyNoPicture());
  if (now === "lesson") showLesson();
  if (now === "ended") showEnd();
  // Else whoever has pressed a button that is gone would begin again at the top.
  if (moved && document.activeElement === document.body) byId("main").focus();
}

function waiting() {
  if (!state) return say("connecting");
  return say(state.phase === "learning" ? "learning" : "opening");
}

function whyNoPicture() {
  if (!state) return say("connecting");
  if (state.no_camera) return say("reason_no_camera");
  if (!state.picture) return say("picture_none");
  return say(player.isRefused() ? "busy" : "connecting");
}

function showLesson() {
  const step = state.step;
  for (const id of ["skip", "repeat"]) byId(id).disabled = !step;
  if (!step) return;
  setText(byId("step"), say("step", { number: number(step.number), of: number(step.of) }));
  setText(byId("label"), labelName(step.label));
  setText(byId("hint"), textFor("hint", step.label) ?? "");
  setText(byId("countdown"), step.countdown ? number(step.countdown) : "");
  setText(byId("advice"), advice(step));
  byId("advice").className = step.problem ? "poor" : "";
  const counts = { taken: number(step.taken), wanted: number(step.wanted) };
  setText(byId("taken"), say("taken", counts));
  byId("progress").max = step.wanted;
  byId("progress").value = step.taken;
}

function advice(step) {
  if (step.problem) return textFor("problem", step.problem) ?? step.problem;
  if (!step.countdown) return say("hold");
  return say(step.again ? "another" : "get_ready");
}

function showEnd() {
  const { outcome, error, report, file } = state;
  setText(byId("outcome"), say(`outcome_${outcome}`, { file }));
  setText(byId("error"), error);
  byId("error").lang = error ? "en" : document.documentElement.lang;
  if (outcome === "failed" && !error) setText(byId("error"), say("see_log"));
  if (!byId("report").hasChildNodes()) byId("report").append(...reportParts(report));
  byId("report-part").hidden = report.length === 0;
  byId("next").hidden = !["written", "kept", "unchanged"].includes(outcome);
  byId("next-run").hidden = outcome !== "written";
  byId("next-again").hidden = outcome === "written";
  setText(byId("command"), `emotion-edge run --taught ${file}`);
}

/** Return the lines as paragraphs; those with columns, which the first of them names, as a table. */
function reportParts(lines) {
  const parts = [];
  let table = null;
  for (const line of lines) {
    const cells = line.split(/ {2,}/);
    if (cells.length === 1) {
      parts.push(element("p", {}, line));
    } else if (table) {
      table.append(row(cells, "row"));
    } else {
      table = element("table", {}, row(cells, "col"));
      parts.push(element("div", TABLE, table));
    }
  }
  return parts;
}

function row(cells, scope) {
  const isHead = (i) => cells[i] && (scope === "col" || i === 0);
  const made = cells.map((text, i) =>
    isHead(i) ? element("th", { scope }, text) : element("td", {}, text),
  );
  return element("tr", {}, ...made);
}

function note(text) {
  byId("connection").hidden = !text;
  setText(byId("connection"), text);
}

async function attempt(action) {
  try {
    await action();
    setText(byId("message"), "");
  } catch (error) {
    // An order that came after the lesson's end is nothing to tell.
    if (error.status !== 409) setText(byId("message"), say("failed", { error: error.message }));
  }
}

const post = (path, content) => attempt(() => request(path, "POST", content));

function order(name) {
  if (name === "stop" && !confirm(say("sure"))) return;
  post(`/api/${name}`, state?.step ? { number: state.step.number, label: state.step.label } : {});
}

const hangUp = listen({
  state(now) {
    [state, lostSince] = [now, 0];
    note("");
    if (now.phase === "ended") hangUp();
    show();
  },
  lost(why) {
    if (state?.phase === "ended") return;
    const away = why === "lost" || why === "busy";
    lostSince = away ? lostSince || Date.now() : 0;
    const gone = away && Date.now() - lostSince > PATIENCE_MS;
    if (gone) hangUp();
    note(gone ? say("gone") : why && say(why));
    state = null;
    show();
    if (gone) byId("wait").hidden = true;
  },
});

for (const name of ["skip", "repeat", "end", "stop"]) {
  byId(name).addEventListener("click", () => order(name));
}
byId("agreement").addEventListener("submit", (event) => {
  event.preventDefault();
  post("/api/consent", { agreed: true });
});
byId("decline").addEventListener("click", () => post("/api/consent", { agreed: false }));
byId("logout")?.addEventListener("click", () => attempt(logOut));
document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey || event.altKey || event.repeat;
  const name = KEYS[event.key.toLowerCase()];
  if (name && !held && byId("keys").checked && part() === "lesson") order(name);
});
