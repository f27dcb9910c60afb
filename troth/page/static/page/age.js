// How long ago the page was checked, told by the page itself: it knows even when our server is down.
const lang = document.documentElement.lang || "en";
const ago = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function rounded(seconds) {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length * 1.5) ?? ["minute", 60];
  return [Math.max(0, Math.round(seconds / size)), unit];
}

function length(count, unit) {
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function tell(line) {
  const seconds = (Date.now() - new Date(line.dataset.checked)) / 1000;
  const [count, unit] = rounded(seconds);
  const old = seconds > Number(line.dataset.old);
  line.textContent = old
    ? line.dataset.oldText.replace("{age}", length(count, unit))
    : line.dataset.freshText.replace("{ago}", ago.format(-count, unit));
  line.classList.toggle("is-old", old);
}

for (const line of document.querySelectorAll("[data-checked]")) {
  tell(line);
  setInterval(() => tell(line), 15_000);
}
