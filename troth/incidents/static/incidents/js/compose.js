// The next update follows the urgency until a person sets it; a form is sent once; what was typed is
// not left by mistake. Without this module the server does the first two.
const form = document.querySelector("form[data-paces]");
const due = form?.elements.next_due_at;
const urgency = form?.elements.urgency;

function onTheWall(date) {
  const parts = { dateStyle: "short", timeStyle: "short", timeZone: form.dataset.zone };
  return new Intl.DateTimeFormat("sv-SE", parts).format(date).replace(" ", "T");
}

function latest() {
  const pace = JSON.parse(form.dataset.paces)[urgency.value];
  if (!pace) return "";
  const opened = form.dataset.opened ? new Date(form.dataset.opened) : new Date();
  const early = (Date.now() - opened) / 1000 < pace.within;
  return onTheWall(new Date(Date.now() + (early ? pace.first : pace.every) * 1000));
}

if (due && urgency) {
  let own = false;
  due.addEventListener("input", () => { own = true; });
  urgency.addEventListener("change", () => {
    if (!own) due.value = latest() || due.defaultValue;
  });
}

let changed = false;
form?.addEventListener("input", () => { changed = true; });
form?.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
document.querySelector(".composer [role=alert], .preview h2")?.scrollIntoView({ block: "center" });
