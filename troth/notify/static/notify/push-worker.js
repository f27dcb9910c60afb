// What this browser does with our messages while the page is closed: it shows each, one for each
// thing told of, and opens what it is about. It sees no other request. It keeps its own address and
// the reader's page, so that it can say so when its push service gives it another address.
const WORDS = { de: "Ändern oder beenden", en: "Change or end" };
const KEPT = ["troth-push", "/subscribe/push-kept"];

async function kept() {
  const found = await (await caches.open(KEPT[0])).match(KEPT[1]);
  return found ? found.json() : {};
}

async function keep(values) {
  const all = { ...await kept(), ...values };
  await (await caches.open(KEPT[0])).put(KEPT[1], new Response(JSON.stringify(all)));
}

async function show(told) {
  const before = await self.registration.getNotifications({ tag: told.about });
  const isRepeat = before.some((one) => one.data?.revision === told.revision);
  await self.registration.showNotification(told.title, {
    body: told.body,
    lang: told.language,
    tag: told.about, // a newer word on the same thing takes the place of the older
    renotify: !isRepeat,
    data: { url: told.url, manage: told.manage, revision: told.revision },
    actions: told.manage ? [{ action: "manage", title: WORDS[told.language] ?? WORDS.en }] : [],
  });
}

async function remember(told) {
  const mine = await self.registration.pushManager.getSubscription();
  if (mine && told.manage) await keep({ own: new URL(told.manage).pathname, endpoint: mine.endpoint });
}

// The push service took the address away, or gave another one: the same reader goes on there.
async function renew(event) {
  const was = await kept();
  const old = was.endpoint ?? event.oldSubscription?.endpoint;
  const key = event.oldSubscription?.options?.applicationServerKey ?? was.key;
  const manager = self.registration.pushManager;
  const made = event.newSubscription ?? await manager.getSubscription()
    ?? await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  if (!was.own || !old) return;
  const body = JSON.stringify({ old, new: made });
  const answer = await fetch(`${was.own}push`, { method: "POST", body });
  if (answer.ok) await keep({ endpoint: made.endpoint });
}

async function open(address) {
  for (const page of await clients.matchAll({ type: "window" })) {
    if (page.url === address) return page.focus();
  }
  return clients.openWindow(address);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(Promise.all([show(told), remember(told).catch(() => null)]));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, manage } = event.notification.data;
  event.waitUntil(open(event.action === "manage" ? manage : url));
});
