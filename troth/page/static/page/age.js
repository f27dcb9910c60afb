// How long ago the page was checked, told by the page itself: it knows even when our server is down.
const lang = document.documentElement.lang || "en";
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

const here = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});

function rounded(seconds) {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length * 1.5) ?? ["minute", 60];
  return [Math.max(0, Math.round(seconds / size)), unit];
}

function length(count, unit) {
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function tell(line) {
  const checked = new Date(line.dataset.checked);
  const seconds = (Date.now() - checked) / 1000;
  const [count, unit] = rounded(seconds);
  const old = seconds > Number(line.dataset.old);
  const text = old ? line.dataset.oldText : line.dataset.freshText;
  const said = { age: length(count, unit), ago: ago.format(-count, unit), here: here.format(checked) };
  line.textContent = text.replace(/\{(\w+)\}/g, (_, name) => said[name]);
  line.classList.toggle("is-old", old);
}

// A page whose figures changed longer ago asks when they were last checked; unanswered, its own time stands.
async function ask(line) {
  if (!line.dataset.latest) return;
  try {
    const answer = await fetch(line.dataset.latest);
    line.dataset.checked = (await answer.json()).checked_at ?? line.dataset.checked;
  } catch {
    return;
  }
}

for (const line of document.querySelectorAll("[data-checked]")) {
  ask(line).then(() => tell(line));
  setInterval(() => tell(line), 15_000);
}
