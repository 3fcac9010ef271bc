// The plots of the history, in SVG. They are some rectangles and a few words each: a library for
// plots would be a hundred times as large as this, and would have to be kept up to date.

import { bar, element, labelName, language, number, percent, say, setBar, svg } from "./dom.js";
import { colourClass, swatch } from "./colours.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LEVELS = 5; // shades of the week's cells
const LEFT = 44; // pixels, for the words beside a plot
const minutes = (seconds) => number(seconds / 60, seconds < 600 && seconds % 60 ? 1 : 0, "minute");
const weekday = (day, style) =>
  new Intl.DateTimeFormat(language, { weekday: style, timeZone: "UTC" }).format(new Date(day));
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;
const sum = (values) => values.reduce((a, b) => a + b, 0);

/** Draw today's hours as bars: the minutes of each label, one above the other. */
export function drawHours(figure, { days, labels, seen, seconds }) {
  const today = days.at(-1);
  const totals = HOURS.map((hour) => sum(seen.map((label) => seconds(today, hour, label))));
  const { plot, width } = start(figure, 220, say("hours"));
  const [top, bottom] = [10, 196];
  const most = niceMaximum(Math.max(60, ...totals) / 60) * 60;
  const height = (value) => (value / most) * (bottom - top);
  for (const share of [0, 0.5, 1]) {
    const y = bottom - share * (bottom - top);
    plot.append(svg("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "grid" }));
    plot.append(text(LEFT - 6, y + 4, number((share * most) / 60, share === 0.5 && most < 600 ? 1 : 0), "end"));
  }
  const step = (width - LEFT) / 24;
  for (const hour of HOURS) {
    let y = bottom;
    for (const label of seen.filter((each) => seconds(today, hour, each) > 0)) {
      const value = seconds(today, hour, label);
      y -= height(value);
      const [x, kind] = [LEFT + hour * step + 1, colourClass(label, labels)];
      const size = { x, y, width: step - 2, height: height(value), class: kind };
      const title = `${clock(hour)}, ${labelName(label)}: ${minutes(value)}`;
      plot.append(svg("rect", size, svg("title", {}, title)));
    }
    if (hour % 3 === 0) plot.append(text(LEFT + (hour + 0.5) * step, bottom + 16, `${hour}`));
  }
  const rows = HOURS.filter((hour) => totals[hour] > 0).map((hour) => [
    clock(hour),
    ...seen.map((label) => minutes(seconds(today, hour, label))),
  ]);
  setTable(figure, [say("hour"), ...seen.map(labelName)], rows);
}

/** Draw the week as a grid of days and hours: the more minutes with faces, the darker. */
export function drawWeek(figure, { days, seen, seconds }) {
  const { plot, width } = start(figure, days.length * 22 + 48, say("week"));
  const step = (width - LEFT) / 24;
  const cell = (day, hour) => {
    const values = seen.map((label) => seconds(day, hour, label));
    const most = seen[values.indexOf(Math.max(...values))];
    return { total: sum(values), label: labelName(most) };
  };
  const totals = days.flatMap((day) => HOURS.map((hour) => cell(day, hour).total));
  const most = Math.max(60, ...totals);
  const words = ({ total, label }) =>
    total ? say("mostly", { time: minutes(total), label }) : minutes(0);
  days.forEach((day, row) => {
    plot.append(text(LEFT - 6, row * 22 + 15, weekday(day, "short"), "end"));
    for (const hour of HOURS) {
      const found = cell(day, hour);
      const kind = `heat-${Math.ceil((LEVELS * found.total) / most)}`;
      const size = { x: LEFT + hour * step + 1, y: row * 22 + 1, width: step - 2, height: 20 };
      const title = svg("title", {}, `${weekday(day, "long")} ${clock(hour)}: ${words(found)}`);
      plot.append(svg("rect", { ...size, class: kind }, title));
    }
  });
  for (let hour = 0; hour < 24; hour += 3) {
    plot.append(text(LEFT + (hour + 0.5) * step, days.length * 22 + 16, `${hour}`));
  }
  legend(plot, days.length * 22 + 28, most);
  const rows = HOURS.map((hour) => [clock(hour), ...days.map((day) => words(cell(day, hour)))]);
  setTable(figure, [say("hour"), ...days.map((day) => weekday(day, "long"))], rows);
}

function legend(plot, y, most) {
  for (let level = 1; level <= LEVELS; level++) {
    plot.append(svg("rect", { x: LEFT + level * 20, y, width: 18, height: 14, class: `heat-${level}` }));
  }
  plot.append(text(LEFT + 14, y + 12, "0", "end"));
  plot.append(text(LEFT + (LEVELS + 1) * 20 + 6, y + 12, minutes(most), "start"));
}

/** Show each label's share of the time with faces, today and in the week; the plots' legend. */
export function drawShares(place, { days, labels, seen, seconds }) {
  const of = (label, among) => sum(among.flatMap((day) => HOURS.map((hour) => seconds(day, hour, label))));
  const spans = [days.slice(-1), days];
  const totals = spans.map((among) => sum(seen.map((label) => of(label, among))));
  const rows = seen.map((label) => [
    element("span", {}, swatch(label, labels), labelName(label)),
    ...spans.map((among, i) => shareCell(of(label, among), totals[i])),
  ]);
  place.replaceChildren(table([say("label"), say("today"), say("week_short")], rows));
}

function shareCell(seconds, total) {
  const shown = bar();
  setBar(shown, total ? seconds / total : 0);
  const parts = total ? [percent(seconds / total), `· ${minutes(seconds)}`] : ["–"];
  const words = parts.flatMap((part) => [element("span", { class: "part" }, part), " "]);
  return element("span", { class: "share" }, shown, element("span", {}, ...words));
}

/** Return 1, 2, 3, 4, 5, 6 or 8 times a power of ten, for the end of an axis. value: at least 1. */
function niceMaximum(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((nice) => nice >= value * 0.999);
}

function start(figure, height, name) {
  const place = figure.querySelector(".plot");
  const width = Math.max(260, place.clientWidth);
  const plot = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
  place.replaceChildren(plot);
  return { plot, width };
}

const text = (x, y, words, anchor = "middle") => svg("text", { x, y, "text-anchor": anchor }, words);

function setTable(figure, head, rows) {
  figure.querySelector(".table").replaceChildren(table(head, rows));
}

function table(head, rows) {
  const heads = head.map((name) => element("th", { scope: "col" }, name));
  const body = rows.map(([name, ...cells]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      ...cells.map((cell) => element("td", {}, cell)),
    ),
  );
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...body),
  );
}
