// Solves the ALTCHA challenge of a form, without a worker and without anybody else.
// The form works without this, within tighter limits.
const LIFE = 18 * 60 * 1000; // a little less than the server gives
const CHUNK = 500;
const status = document.getElementById("proof-status");
const field = document.querySelector("input[name=altcha]");
const form = field?.form;
let current = JSON.parse(document.getElementById("proof-challenge").textContent);
let born = Date.now();
let solving = null;

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const hash = async (text) => hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

async function fresh() {
  if (Date.now() - born < LIFE) return;
  current = await (await fetch(status.dataset.fresh)).json();
  born = Date.now();
  field.value = "";
}

async function solve() {
  await fresh();
  if (field.value) return;
  status.textContent = status.dataset.working;
  const { algorithm, challenge, maxnumber, salt, signature } = current;
  for (let start = 0; start <= maxnumber; start += CHUNK) {
    const numbers = Array.from({ length: CHUNK }, (_, index) => start + index);
    const hashes = await Promise.all(numbers.map((number) => hash(salt + number)));
    const found = hashes.indexOf(challenge);
    if (found < 0) continue;
    field.value = btoa(JSON.stringify({ algorithm, challenge, number: start + found, salt, signature }));
    status.textContent = status.dataset.done;
    return;
  }
}

// One calculation at a time; what goes wrong leaves the form as it is without a script.
function proved() {
  solving ??= solve().catch(() => {}).finally(() => (solving = null));
  return solving;
}

if (form && globalThis.crypto?.subtle) {
  field.value = "";
  form.addEventListener("focusin", proved, { once: true });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await proved();
    form.submit();
  });
}
