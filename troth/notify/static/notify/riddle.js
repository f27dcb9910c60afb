// Solves the riddle of a form while its reader fills it in: PBKDF2 until the key begins as asked.
// Without this, or where the browser may not compute hashes, the form works with a lower limit.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16))
const hex = (found) => Array.from(new Uint8Array(found), (b) => b.toString(16).padStart(2, "0")).join("")

async function derived(asked, counter) {
  const password = new Uint8Array([...bytes(asked.nonce), 0, 0, 0, 0])
  new DataView(password.buffer).setUint32(password.length - 4, counter)
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"])
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(asked.salt), iterations: asked.cost }
  return hex(await crypto.subtle.deriveBits(how, key, asked.keyLength * 8))
}

async function solved(address) {
  const challenge = await (await fetch(address, { cache: "no-store" })).json()
  const asked = challenge.parameters
  for (let counter = 0; counter < 100_000; counter += 1) {
    const derivedKey = await derived(asked, counter)
    if (derivedKey.startsWith(asked.keyPrefix)) {
      return { until: asked.expiresAt, answer: btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } })) }
    }
  }
  throw new Error("no answer")
}

function prepare(form) {
  let found = null
  const begin = () => { found ??= solved(form.dataset.riddle).catch(() => null) }
  form.addEventListener("focusin", begin, { once: true })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const said = form.querySelector("[data-riddle-said]")
    said.textContent = said.dataset.riddleSaid
    form.querySelector("[type=submit]").disabled = true
    begin()
    let result = await found
    if (result && result.until * 1000 < Date.now() + 5000) result = await solved(form.dataset.riddle).catch(() => null)
    form.elements.riddle.value = result?.answer ?? ""
    form.submit()
  })
  // Coming back by the browser's history: the button works again.
  addEventListener("pageshow", () => {
    found = null
    form.querySelector("[type=submit]").disabled = false
    form.querySelector("[data-riddle-said]").textContent = ""
  })
}

if (globalThis.crypto?.subtle) document.querySelectorAll("form[data-riddle]").forEach(prepare)
