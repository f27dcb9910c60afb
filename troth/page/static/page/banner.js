// Our stories inside another site: <script src="https://status.example/banner.js" defer></script>
// They stand in this very file, so that a policy which allows this script allows all that it needs.
((page, style) => {
  const script = document.currentScript, source = script.src.split("?")[0];
  const slot = Symbol.for(`troth ${source}`);
  if (window[slot]) return window[slot](page); // loaded again: only the stories are new
  const options = script.dataset;
  const WORDS = {
    en: { incident: "Problem", maintenance: "Planned work", breach: "Your data",
      next: "Next word at", more: "more", close: "Dismiss", label: "Status" },
    de: { incident: "Störung", maintenance: "Geplante Arbeiten", breach: "Ihre Daten",
      next: "Neues um", more: "weitere", close: "Schließen", label: "Status" },
  };
  const wanted = (options.language || document.documentElement.lang || navigator.language).slice(0, 2);
  const language = wanted.toLowerCase() in WORDS ? wanted.toLowerCase() : "en", words = WORDS[language];
  const clock = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { timeStyle: "short" });
  const parts = (options.components || "").split(/[\s,]+/).filter(Boolean);

  const memory = new Set(); // where a browser keeps nothing: until the page is left
  const name = (story) => `${slot.description} ${story.id}`;
  const kept = (act) => { try { return act(localStorage); } catch { return null; } };
  const isDismissed = (story) => memory.has(story.id + story.revision)
    || kept((store) => store.getItem(name(story))) === story.revision;
  function dismiss(story) {
    memory.add(story.id + story.revision);
    kept((store) => store.setItem(name(story), story.revision));
    show(page);
    list.querySelector("button")?.focus();
  }

  const make = (kind, given = {}) => Object.assign(document.createElement(kind), given);
  const link = (textContent, href) => make("a", { textContent, href, target: "_blank", rel: "noopener" });
  function line(story) {
    const row = make("li", { className: story.kind === "incident" ? story.impact : story.kind });
    const close = make("button", { type: "button", textContent: "×", onclick: () => dismiss(story) });
    close.setAttribute("aria-label", `${words.close}: ${story.title}`);
    const said = make("p"), next = new Date(story.next);
    const kind = make("strong", { textContent: `${words[story.kind] ?? words.incident}: ` });
    said.append(kind, link(story.title, story.link));
    if (story.advice) said.append(make("small", { textContent: story.advice }));
    if (next > new Date()) said.append(make("small", { textContent: `${words.next} ${clock.format(next)}` }));
    row.append(said, close);
    return row;
  }

  const host = make("troth-banner"), root = host.attachShadow({ mode: "open" }), spoken = make("div"), list = make("ul");
  spoken.setAttribute("aria-live", "polite");
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", words.label);
  if (options.place) host.dataset.place = options.place;
  const sheet = new CSSStyleSheet(); // no policy about styles concerns it
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  spoken.append(list);
  root.append(spoken);

  let shown = ""; // only what changed is read aloud again
  const isMeant = (story) => !parts.length || story.components.some((slug) => parts.includes(slug));
  function show(told) {
    const open = (page = told).stories.filter((story) => isMeant(story) && !isDismissed(story));
    const key = open.map((story) => story.id + story.revision).join();
    if (key === shown) return;
    shown = key;
    list.replaceChildren(...open.slice(0, 3).map(line));
    const more = open.length - 3;
    if (more > 0) list.lastChild.firstChild.append(" ", link(`+ ${more} ${words.more}`, page.url));
  }
  window[slot] = show;

  function again() {
    if (document.hidden) return;
    const next = make("script", { nonce: script.nonce, onload: () => next.remove() });
    next.onerror = () => { next.remove(); show({ stories: [] }); }; // no word from the page: say nothing
    try { next.src = `${source}?${Math.floor(Date.now() / 60_000)}`; } catch { return; } // trusted types
    document.head.append(next);
  }
  document.body[options.place === "bottom" ? "append" : "prepend"](host);
  requestAnimationFrame(() => show(page)); // into a region that is there: it is read aloud
  if (options.every !== "0") setInterval(again, Math.max(15, Number(options.every) || 60) * 1000);
})(/* stories */, /* style */);
