// What both pages are made of: asking the server once a second, and elements that show its answers.

import { meaning } from "./enumerations.js";

const PERIOD_MILLISECONDS = 1000;

/** Make an element with attributes and children; text becomes text, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== "") made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Put the text there unless it is there already, so that a selection lives on. */
export function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** Return how a value is shown. */
export function shown(value, unit = "") {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" && !Number.isInteger(value)) return `${trimmed(value)}${unit && ` ${unit}`}`;
  if (typeof value === "object") return JSON.stringify(value);
  return `${value}${unit && ` ${unit}`}`;
}

function trimmed(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e9)) return value.toExponential(3);
  return value.toFixed(4).replace(/\.?0+$/, "");
}

/** Return a property's value as it is shown: with the word for its number, where it has one. */
export function shownProperty(name, value) {
  const word = meaning(name, value);
  return word === undefined ? shown(value) : `${value} ${word}`;
}

/** Show rows `{label, text, level}` in a list, changing only what has changed. */
export function showRows(list, rows) {
  while (list.children.length > rows.length) list.lastElementChild.remove();
  rows.forEach((row, index) => {
    const place = list.children[index] ?? list.appendChild(element("div", {}, element("dt"), element("dd")));
    setText(place.firstElementChild, row.label);
    setText(place.lastElementChild, row.text);
    if (place.lastElementChild.className !== (row.level ?? "")) place.lastElementChild.className = row.level ?? "";
  });
}

/** Fetch JSON; throws with the server's own words. */
export async function fetchJson(path, options = {}) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  if (!answer.ok) throw new Error((await answer.text()) || `HTTP ${answer.status}`);
  return answer.json();
}

/** Call `refresh` once a second while the page can be seen, and say whether the server answers. */
export function live(refresh) {
  const badge = document.getElementById("liveness");
  let timer = 0;
  async function turn() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      await refresh();
      setText(badge, "live");
      badge.className = "badge good";
    } catch (error) {
      setText(badge, "no answer");
      badge.className = "badge bad";
      badge.title = error.message;
    }
    timer = setTimeout(turn, PERIOD_MILLISECONDS);
  }
  document.addEventListener("visibilitychange", turn);
  turn();
  return turn;
}

let vanish = 0;

/** Say something at the foot of the page for a while. */
export function say(text, isBad = false) {
  const place = document.getElementById("message");
  setText(place, text);
  place.className = isBad ? "bad" : "";
  place.hidden = false;
  clearTimeout(vanish);
  vanish = setTimeout(() => { place.hidden = true; }, 6000);
}
