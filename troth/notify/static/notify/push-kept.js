// Lets the worker know whose messages it shows: its reader's page, its address and our key.
const { own, key, worker } = document.querySelector("[data-own]").dataset
const registration = await navigator.serviceWorker?.getRegistration(worker)
const mine = await registration?.pushManager.getSubscription()
if (mine) {
  const kept = await caches.open("troth-push")
  const told = JSON.stringify({ own, key, endpoint: mine.endpoint })
  await kept.put("/subscribe/push-kept", new Response(told))
}
