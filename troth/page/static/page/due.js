// Counts down to the next update that was promised, and says so when it is late.
const lang = document.documentElement.lang || "en";
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function length(seconds) {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size * 1.5) ?? ["minute", 60];
  const count = Math.max(unit === "minute" ? 1 : 0, Math.round(seconds / size));
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function tell(line) {
  const left = (new Date(line.dataset.due) - Date.now()) / 1000;
  const text = left < 0 ? line.dataset.lateText : line.dataset.leftText;
  line.textContent = ` (${text.replace("{time}", length(Math.abs(left)))})`;
  line.classList.toggle("is-late", left < 0);
}

for (const line of document.querySelectorAll("[data-due]")) {
  tell(line);
  setInterval(() => tell(line), 15_000);
}
