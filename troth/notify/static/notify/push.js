// “Tell me in this browser”: asks for leave, lets the browser make an address, and sends the form
// with it. The button is shown only where the browser can do it.
const isAble = isSecureContext && "serviceWorker" in navigator && "PushManager" in window
  && Notification.permission !== "denied";

async function begun(registration) {
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker.state === "activated") return;
  await new Promise((done) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && done());
  });
}

async function address({ worker, key }) {
  const registration = await navigator.serviceWorker.register(worker);
  await begun(registration);
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const made = await registration.pushManager.getSubscription() ?? await registration.pushManager.subscribe(options);
  return JSON.stringify(made);
}

function send(form, text) {
  for (const one of form.querySelectorAll("[name=channel]")) one.disabled = true;
  const chosen = { type: "hidden", name: "channel", value: "push" };
  form.append(Object.assign(document.createElement("input"), chosen));
  form.elements.address.type = "hidden";
  form.elements.address.value = text;
  form.requestSubmit();
}

function prepare(button) {
  const said = button.parentElement.querySelector("[data-push-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = "";
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") throw new Error("no leave");
      send(button.form, await address(button.dataset));
    } catch {
      said.textContent = said.dataset.pushSaid;
      button.disabled = false;
    }
  });
}

if (isAble) document.querySelectorAll("button[data-key][data-worker]").forEach(prepare);
