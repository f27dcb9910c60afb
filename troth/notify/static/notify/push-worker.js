// What this browser does with our messages while the page is closed: it shows each, one for each
// thing told of, and opens what it is about. It keeps nothing and sees no other request.
const WORDS = { de: "Ändern oder beenden", en: "Change or end" };

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

async function open(address) {
  for (const page of await clients.matchAll({ type: "window" })) {
    if (page.url === address) return page.focus();
  }
  return clients.openWindow(address);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => event.waitUntil(show(event.data.json())));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, manage } = event.notification.data;
  event.waitUntil(open(event.action === "manage" ? manage : url));
});
