// <span data-due="…">: how long until something must be said. Without this module it reads as the
// time it was when the page was sent, beside the instant itself.
function length(seconds) {
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60);
  const two = (number) => String(number).padStart(2, "0");
  if (hours) return `${hours} h ${two(minutes)} min`;
  return minutes ? `${minutes} min ${two(Math.floor(seconds % 60))} s` : `${Math.floor(seconds)} s`;
}

function tick() {
  for (const due of document.querySelectorAll("[data-due]")) {
    const left = (new Date(due.dataset.due) - Date.now()) / 1000;
    if (Number.isNaN(left)) continue;
    due.textContent = left > 0 ? `in ${length(left)}` : `overdue by ${length(-left)}`;
    due.parentElement.classList.toggle("is-late", left <= 0);
  }
}

tick();
setInterval(tick, 1000);
