// "Is it me?": asks from the reader's browser, and says what it found. Sends nothing about anyone.
const lang = document.documentElement.lang || "en";
const PATIENCE = 8000; // milliseconds
const [CLOCK, SLOW] = [300, 3000]; // seconds that a clock may be wrong by; milliseconds

/**
 * found: {online, page, product, error, skew, took, ill}
 *   page and product say whether they answered; product is null where none is known;
 *   error: it answered with a 5xx; skew in seconds; took in milliseconds;
 *   ill: this page knows of a problem.
 */
export function verdict(found) {
  if (!found.online) return "offline";
  if (!found.page) return found.product ? "page" : "connection";
  return ours(found) ?? (Math.abs(found.skew) > CLOCK ? "clock" : theirs(found));
}

function ours(found) {
  if (found.error) return found.ill ? "ours" : "ours-new";
  if (found.product === false) return found.ill ? "ours" : "path";
  return found.ill ? "ours-partly" : null;
}

function theirs(found) {
  if (found.product === null) return "unasked";
  return found.took > SLOW ? "slow" : "well";
}

async function ask(url, options = {}) {
  const began = performance.now();
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(url, { cache: "no-store", credentials: "omit", signal, ...options });
    return { answer, took: performance.now() - began };
  } catch {
    return { answer: null, took: performance.now() - began };
  }
}

// Most services do not let a page read their answer; then that there is one must do.
async function product(url) {
  if (!url) return { product: null, error: false, took: 0 };
  const open = await ask(url);
  if (open.answer) return { product: true, error: open.answer.status >= 500, took: open.took };
  const blind = await ask(url, { mode: "no-cors" });
  return { product: blind.answer !== null, error: false, took: blind.took };
}

async function page(url) {
  const { answer } = await ask(url);
  const date = answer?.headers.get("date");
  const skew = date ? (Date.now() - Date.parse(date)) / 1000 : 0;
  return { page: Boolean(answer?.ok), skew };
}

function length(name, found) {
  const [count, unit] = name === "clock" ? [Math.round(Math.abs(found.skew) / 60), "minute"] : [Math.round(found.took), "millisecond"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function show(section, name, found) {
  for (const line of section.querySelectorAll("[data-verdict]")) {
    line.hidden = line.dataset.verdict !== name;
    line.dataset.text ??= line.textContent;
    if (!line.hidden && found) line.textContent = line.dataset.text.replace("{time}", length(name, found));
  }
}

async function check(section) {
  show(section, "asking");
  const parts = await Promise.all([page(section.dataset.latest), product(section.dataset.product)]);
  const found = { online: navigator.onLine, ill: "ill" in section.dataset, ...parts[0], ...parts[1] };
  show(section, verdict(found), found);
}

for (const section of document.querySelectorAll("[data-selfcheck]")) {
  const button = section.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => check(section));
}
