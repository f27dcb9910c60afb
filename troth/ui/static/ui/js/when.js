// Times in the reader's zone. Without this module they read in UTC, and that is enough.
const lang = document.documentElement.lang || "en";
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
const full = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
const local = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, full);
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" };
const utc = new Intl.DateTimeFormat("en-GB", clock);
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(at) {
  const seconds = (at - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length * 1.5) ?? ["minute", 60];
  return relative.format(Math.round(seconds / size), unit);
}

function both(at) {
  const here = local.format(at);
  return at.getTimezoneOffset() === 0 ? `${here} UTC` : `${here} (${utc.format(at)} UTC)`;
}

function tell(root) {
  for (const time of root.querySelectorAll("time[data-when]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const style = time.dataset.when;
    if (style === "full") time.textContent = both(at);
    if (style === "ago") time.textContent = ago(at);
    time.title = both(at);
  }
}

tell(document);
document.addEventListener("htmx:afterSwap", (event) => tell(event.target));
setInterval(() => tell(document), 30_000);
