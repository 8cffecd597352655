import { fetchJson, live, setText, showRows, shownProperty } from "./parts.js";

const [, , , type, number] = location.pathname.split("/");

// The state comes over Alpaca itself, as any client without an ID gets it.
async function state() {
  try {
    const answer = await fetchJson(`/api/v1/${type}/${number}/devicestate`);
    if (answer.ErrorNumber) return [{ label: "Refused", text: answer.ErrorMessage, level: "bad" }];
    return answer.Value.map((each) => ({ label: each.Name, text: shownProperty(each.Name, each.Value) }));
  } catch (error) {
    return [{ label: "No answer", text: error.message, level: "bad" }];
  }
}

function property(each) {
  if (each.refusal !== undefined) return { label: each.name, text: each.refusal, level: "refused" };
  return { label: each.name, text: shownProperty(each.name, each.value) };
}

live(async () => {
  const [device, rows] = await Promise.all([fetchJson(`/setup/api/devices/${type}/${number}`), state()]);
  document.title = device.name;
  setText(document.getElementById("title"), device.name);
  setText(document.getElementById("about"), device.description);
  showRows(document.getElementById("state"), rows);
  showRows(document.getElementById("facts"), [
    { label: "Alpaca", text: `${device.type} ${device.number}, interface ${device.interface_version}` },
    { label: "Address", text: `/api/v1/${type}/${number}/` },
    { label: "Unique ID", text: device.unique_id },
    { label: "Connected clients", text: device.clients.length ? device.clients.join(", ") : "none with an ID" },
  ]);
  showRows(document.getElementById("properties"), device.properties.map(property));
});
