// Without the network: what stands on the screen is stamped and nothing can be pressed. Scans are kept, each with a
// number of its own, and looked up when the line is back; a number is forgotten only when its answer is here.
const KEPT = "desk-scans";
const MOST = 20;
const EVERY_MS = 3000;
const banner = document.querySelector("[data-offline]");
const section = document.getElementById("scans");
const form = section.querySelector("form");
const answers = section.querySelector("[data-found]");
const isCopy = !banner.hidden; // the worker has answered in the server's place
let isLost = isCopy;

const scans = () => JSON.parse(localStorage.getItem(KEPT) || "[]");
const clock = () => new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

const newItem = (scan) => {
  const item = document.createElement("li");
  item.textContent = `${scan.at} · ${scan.text}`;
  return item;
};

const show = () => {
  const waiting = scans();
  section.querySelector("[data-waiting]").replaceChildren(...waiting.map(newItem));
  section.querySelector("[data-while-waiting]").hidden = !waiting.length;
  section.hidden = !waiting.length && !answers.childElementCount;
};

const keep = (list) => {
  localStorage.setItem(KEPT, JSON.stringify(list.slice(-MOST)));
  show();
};

const lookUp = () =>
  // Of two tabs one asks.
  navigator.locks.request(KEPT, async () => {
    const waiting = scans();
    if (!waiting.length) return;
    const body = new FormData(form);
    for (const scan of waiting) {
      body.append("lan", scan.nonce);
      body.append("quet", scan.text.replaceAll("\0", "")); // the server takes no NUL, and a scan must not be lost
    }
    const answer = await fetch(form.action, { method: "POST", body, redirect: "error" }).catch(() => null);
    if (!answer?.ok) return; // signed out meanwhile, or gone again: they stay
    answers.innerHTML = await answer.text();
    const answered = new Set(Array.from(answers.querySelectorAll("[data-nonce]"), (row) => row.dataset.nonce));
    keep(scans().filter((scan) => !answered.has(scan.nonce)));
  });

const tryAgain = async () => {
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) {
    setTimeout(tryAgain, EVERY_MS);
    return;
  }
  await lookUp();
  // What stands here is old; but nobody's answers, and nothing half typed, are taken away.
  if (section.hidden && !document.getElementById("q").value) {
    location.reload();
    return;
  }
  banner.hidden = true;
  document.querySelector("[data-back]").hidden = false;
};

const lose = () => {
  if (isLost) return;
  isLost = true;
  banner.innerHTML = banner.innerHTML.replaceAll("@@clock@@", clock());
  banner.hidden = false;
  for (const button of document.querySelectorAll("form[method=post] button:not([data-reads])")) button.disabled = true;
  setTimeout(tryAgain, EVERY_MS);
};

// A copy that answers a search stands for a scan nobody has looked up.
if (isCopy && banner.dataset.scan) {
  keep([...scans(), { nonce: crypto.randomUUID(), text: banner.dataset.scan, at: clock() }]);
  history.replaceState(null, "", location.pathname); // loaded again it is no second scan
}
show();
if (isCopy) setTimeout(tryAgain, EVERY_MS);
else lookUp();
document.addEventListener("line-lost", lose);
window.addEventListener("offline", lose);
navigator.serviceWorker?.register("/quay/ban-luu.js", { scope: "/quay/" }).catch(() => {}); // no copy then
