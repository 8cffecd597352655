// Sections of facts and forms, of whatever the server has beside its devices.

import { element, fetchJson, say, setText, showRows, shown } from "./parts.js";

/** Show all panels; forms are made anew only when they have changed, so that what is typed stays. */
export function showPanels(place, panels, refresh) {
  const cards = panels.flatMap((panel) => panel.sections.map((section) => ({ panel: panel.name, section })));
  while (place.children.length > cards.length) place.lastElementChild.remove();
  cards.forEach(({ panel, section }, index) => {
    const card = place.children[index] ?? place.appendChild(emptyCard());
    setText(card.querySelector("h3"), section.title);
    showRows(card.querySelector("dl"), section.facts.map(row));
    showForms(card.querySelector(".forms"), panel, section.forms, refresh);
  });
}

function emptyCard() {
  return element("article", { class: "card" }, element("h3"), element("dl"), element("div", { class: "forms" }));
}

function row(fact) {
  return { label: fact.label, text: shown(fact.value, fact.unit), level: fact.level };
}

function showForms(place, panel, forms, refresh) {
  const shape = JSON.stringify(forms);
  if (place.dataset.shape === shape) return;
  if (place.dataset.shape && place.contains(document.activeElement) && sameFields(place.dataset.shape, forms)) return;
  place.dataset.shape = shape;
  place.replaceChildren(...forms.map((form) => makeForm(panel, form, refresh)));
}

// A form in use is not taken away only because the value that it began with is another now.
function sameFields(shape, forms) {
  const names = (list) => JSON.stringify(list.map((form) => [form.action, form.fixed, form.fields.map((each) => each.name)]));
  return names(JSON.parse(shape)) === names(forms);
}

function makeForm(panel, form, refresh) {
  const made = element(
    "form", { class: form.fields.length ? "" : "bare" },
    ...form.fields.map(makeField),
    element("button", { type: "submit" }, form.label),
    ...(form.hint ? [element("p", { class: "quiet hint" }, form.hint)] : []),
  );
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = made.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetchJson(`/setup/api/panels/${panel}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ action: form.action, values: { ...valuesOf(made, form.fields), ...form.fixed } }),
      });
      say(answer.text);
    } catch (error) {
      say(error.message, true);
    } finally {
      button.disabled = false;
      refresh();
    }
  });
  return made;
}

function makeField(field) {
  const label = field.unit ? `${field.label} (${field.unit})` : field.label;
  const input = field.kind === "choice"
    ? element("select", { name: field.name }, ...field.choices.map((each) => element("option", {}, each)))
    : element("input", { name: field.name, type: field.kind, step: field.kind === "number" ? "any" : "" });
  if (field.value !== null) input.value = field.value;
  return element("label", {}, label, input);
}

// Left empty, a field is not sent: the server then takes what it does without.
function valuesOf(made, fields) {
  const found = {};
  for (const field of fields) {
    const text = made.elements[field.name].value.trim();
    if (text !== "") found[field.name] = field.kind === "number" ? Number(text) : text;
  }
  return found;
}
