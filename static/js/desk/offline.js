// Without the network: what stands on the screen is stamped and nothing can be pressed. Scans are kept, each with a
// number of its own, and looked up when the line is back; a number is forgotten only when its answer is here.
(function () {
  "use strict";
  var KEPT = "desk-scans", MOST = 20, EVERY_MS = 3000;
  var banner = document.querySelector("[data-offline]");
  var section = document.getElementById("scans");
  var isCopy = !banner.hidden; // the worker has answered in the server's place
  var isLost = isCopy;

  function scans() { return JSON.parse(localStorage.getItem(KEPT) || "[]"); }
  function keep(list) { localStorage.setItem(KEPT, JSON.stringify(list.slice(-MOST))); tell(); }
  function tell() {
    var waiting = scans();
    var list = section.querySelector("[data-waiting]");
    list.replaceChildren.apply(list, waiting.map(function (scan) {
      var item = document.createElement("li");
      item.textContent = scan.at + " · " + scan.text;
      return item;
    }));
    section.querySelector("[data-while-waiting]").hidden = !waiting.length;
    section.hidden = !waiting.length && !section.querySelector("[data-found]").childElementCount;
  }
  function clock() { return new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" }); }
  function holdButtons(isHeld) {
    document.querySelectorAll("form[method=post] button:not([data-reads])").forEach(function (button) { button.disabled = isHeld; });
  }
  function lose() {
    if (isLost) { return; }
    isLost = true;
    banner.innerHTML = banner.innerHTML.replaceAll("@@clock@@", clock());
    banner.hidden = false;
    holdButtons(true);
    setTimeout(tryAgain, EVERY_MS);
  }
  async function tryAgain() {
    var answer = await fetch("/health/live", { cache: "no-store" }).catch(function () { return null; });
    if (!answer || !answer.ok) { setTimeout(tryAgain, EVERY_MS); return; }
    await lookUp();
    // What stands here is old; but nobody's answers, and nothing half typed, are taken away.
    if (section.hidden && !document.getElementById("q").value) { location.reload(); return; }
    banner.hidden = true;
    document.querySelector("[data-back]").hidden = false;
  }
  async function lookUp() {
    await navigator.locks.request(KEPT, async function () { // of two tabs one asks
      var waiting = scans();
      if (!waiting.length) { return; }
      var body = new FormData(section.querySelector("form"));
      waiting.forEach(function (scan) { body.append("lan", scan.nonce); body.append("quet", scan.text); });
      var answer = await fetch(section.querySelector("form").action, { method: "POST", body: body, redirect: "error" }).catch(function () { return null; });
      if (!answer || !answer.ok) { return; } // signed out meanwhile, or gone again: they stay
      var found = section.querySelector("[data-found]");
      found.innerHTML = await answer.text();
      var answered = Array.from(found.querySelectorAll("[data-nonce]"), function (row) { return row.dataset.nonce; });
      keep(scans().filter(function (scan) { return !answered.includes(scan.nonce); }));
    });
  }

  // A copy that answers a search stands for a scan nobody has looked up.
  if (isCopy && banner.dataset.scan) {
    keep(scans().concat({ nonce: crypto.randomUUID(), text: banner.dataset.scan, at: clock() }));
    history.replaceState(null, "", location.pathname); // loaded again it is no second scan
  }
  tell();
  if (isCopy) { setTimeout(tryAgain, EVERY_MS); } else { lookUp(); }
  document.addEventListener("line-lost", lose);
  window.addEventListener("offline", lose);
  if ("serviceWorker" in navigator) { navigator.serviceWorker.register("/quay/ban-luu.js", { scope: "/quay/" }).catch(function () { /* no copy then */ }); }
})();
