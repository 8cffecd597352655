import { element, fetchJson, live, setText, showRows, shownProperty } from "./parts.js";
import { showPanels } from "./panels.js";

const devices = document.getElementById("devices");
const panels = document.getElementById("panels");

function emptyCard(device) {
  const path = `/setup/v1/${device.type.toLowerCase()}/${device.number}/setup`;
  return element(
    "article", { class: "card" },
    element("h3", {}, element("a", { href: path }, device.name)),
    element("p", { class: "quiet about" }),
    element("p", { class: "trouble" }),
    element("dl"),
    element("p", { class: "quiet clients" }),
  );
}

function showDevice(card, device) {
  setText(card.querySelector(".about"), `${device.type} ${device.number} · ${device.description}`);
  setText(card.querySelector(".trouble"), device.trouble);
  showRows(card.querySelector("dl"), Object.entries(device.state).map(([label, value]) => ({ label, text: shownProperty(label, value) })));
  setText(card.querySelector(".clients"), clientsText(device.clients));
}

function clientsText(clients) {
  return clients.length ? `Connected: client ${clients.join(", ")}` : "No client with an ID is connected";
}

const turn = live(async () => {
  const [server, found] = await Promise.all([fetchJson("/setup/api/server"), fetchJson("/setup/api/panels")]);
  document.title = server.ServerName;
  setText(document.getElementById("title"), server.ServerName);
  const about = [server.Location, `${server.Manufacturer} ${server.ManufacturerVersion}`, location.host];
  setText(document.getElementById("about"), about.filter(Boolean).join(" · "));
  if (devices.children.length !== server.devices.length) devices.replaceChildren(...server.devices.map(emptyCard));
  server.devices.forEach((device, index) => showDevice(devices.children[index], device));
  showPanels(panels, found, () => turn());
});
