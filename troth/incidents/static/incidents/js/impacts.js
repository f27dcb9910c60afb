// Many components: find them by typing, and say the same of a whole group. What has been said of one
// stays in sight. Without this module all of them are shown.
const box = document.querySelector("[data-impacts]");
const find = box?.querySelector("[data-find]");
const rows = [...(box?.querySelectorAll(".impact-group > .impact:not(.label)") ?? [])];
const FEW = 8;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function named(row) {
  return plain(`${row.parentElement.getAttribute("aria-label") ?? ""} ${row.querySelector("label").textContent}`);
}

function show() {
  const words = plain(find.value).split(/\s+/).filter(Boolean);
  let fitting = 0;
  for (const row of rows) {
    const fits = words.every((word) => row.dataset.named.includes(word));
    fitting += fits;
    row.dataset.fits = fits;
    row.hidden = !fits && !row.querySelector("select").value;
  }
  for (const group of box.querySelectorAll(".impact-group")) {
    group.hidden = ![...group.querySelectorAll("[data-fits]")].some((row) => !row.hidden);
  }
  box.querySelector("[role=status]").textContent = words.length ? `${fitting} of ${rows.length}` : "";
}

function sayOfAll(event) {
  const { value } = event.target;
  event.target.value = "";
  if (!value) return;
  for (const row of event.target.closest(".impact-group").querySelectorAll("[data-fits=true]")) {
    row.querySelector("select").value = value === "-" ? "" : value;
  }
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

if (rows.length > FEW) {
  find.closest("[hidden]").hidden = false;
  find.addEventListener("input", show);
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    rows.find((row) => row.dataset.fits === "true")?.querySelector("select").focus();
  });
}
for (const row of rows) Object.assign(row.dataset, { named: named(row), fits: true });
for (const all of box?.querySelectorAll("[data-all]") ?? []) {
  all.hidden = false;
  all.addEventListener("change", sayOfAll);
}
