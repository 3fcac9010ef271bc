// The page's texts, and short ways to make and change its elements.

const texts = JSON.parse(document.getElementById("texts").textContent);
export const language = document.documentElement.lang;
export const byId = (id) => document.getElementById(id);

/** Return a text of the page in its language, with {name} replaced by the values. */
export function say(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Return the text of a kind for a name, such as "hint" and "sad"; undefined if there is none. */
export const textFor = (kind, name) => texts[`${kind}_${name}`];

/** Return a label's name in the page's language; labels of one's own stay as they are. */
export const labelName = (label) => textFor("label", label) ?? label;

/** Return the text for a reason, such as "too_dark"; one that the page does not know stays. */
export const reasonText = (reason) => textFor("reason", reason) ?? reason;

/** Return a number as the language writes it, with a unit if one is given. */
export function number(value, digits = 0, unit = undefined) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (unit) Object.assign(options, { style: "unit", unit, unitDisplay: "short" });
  return new Intl.NumberFormat(language, options).format(value);
}

export const percent = (share) =>
  new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Return an element. There are no style attributes, which the page's policy forbids. */
export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** Change a text only if it differs, so that a reader's place and selection stay. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Return a bar that shows a share of 0 to 1; words beside it say the same. */
export function bar(name = "bar") {
  return element("span", { class: name, "aria-hidden": "true" }, element("span"));
}

export function setBar(node, share) {
  node.firstChild.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
}

/** Show pairs of a name and a value in a <dl>, whose elements stay while the names do. */
export function setPairs(list, pairs) {
  const names = pairs.map(([name]) => name);
  if (list.dataset.names !== JSON.stringify(names)) {
    list.dataset.names = JSON.stringify(names);
    list.replaceChildren(
      ...names.map((name) =>
        element("div", {}, element("dt", {}, name), element("dd")),
      ),
    );
  }
  pairs.forEach(([, value], i) => setText(list.children[i].lastChild, value));
}
