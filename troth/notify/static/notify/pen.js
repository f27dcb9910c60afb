// What was typed is not left by mistake: it is kept while one types, and asked for before that.
const form = document.querySelector("form[data-pen]");
let changed = false;
form?.addEventListener("input", () => { changed = true; });
form?.addEventListener("submit", () => { changed = false; });
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.id === "kept") changed = false;
});
window.addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
form?.querySelector("[role=alert]")?.focus();
