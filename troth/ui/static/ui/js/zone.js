// Who sits in another time zone than the one that a form's times are in is told so.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

function shown(zone) {
  const parts = { dateStyle: "short", timeStyle: "short", timeZone: zone };
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date());
}

for (const form of document.querySelectorAll("form[data-zone]")) {
  const { zone } = form.dataset;
  if (!here || shown(here) === shown(zone)) continue;
  const note = document.createElement("p");
  note.className = "notice";
  note.append(`Times here are those of ${zone}; your clock is that of ${here}. `);
  const link = Object.assign(document.createElement("a"), { href: "/desk/settings/account/" });
  link.textContent = "Choose your time zone";
  note.append(link);
  form.prepend(note);
}
