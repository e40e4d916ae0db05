// Keeps each fragment of a page current: <div data-refresh="its address" data-poll="8" data-live="its event stream">.
// Fetched again when the stream says so or (re)connects, when somebody comes back to the page, and every data-poll seconds.

const AFTER_RETURN_MS = [500, 1000, 2000, 4000]; // back from the bank, whose message may still be on its way
const COALESCE_MS = 30; // `open`, `resync` and a burst of `change` are one request
const TIMEOUT_MS = 10_000;
const RECONNECT_MS = 15_000;

function tellLineIsLost() {
  document.documentElement.classList.add("line-lost");
  document.dispatchEvent(new CustomEvent("line-lost"));
}

function keepCurrent(element) {
  let sent = 0;
  let shown = 0;
  let scheduled = null;
  let afterReturn = [];
  let isOver = false;

  async function refresh() {
    scheduled = null;
    if (isOver) { return; }
    const number = ++sent;
    try {
      const response = await fetch(element.dataset.refresh, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const html = await response.text();
      if (response.redirected) { location.reload(); } // signed out meanwhile: the sign-in leads back here
      else if (response.ok) { show(html, number); } // else the next event or poll tries again
    } catch (error) {
      if (error instanceof TypeError) { tellLineIsLost(); }
    }
  }

  // Each request begins after the event that caused it, so the latest one knows most: an older answer never replaces a newer.
  function show(html, number) {
    document.documentElement.classList.remove("line-lost");
    if (isOver || number < shown) { return; }
    shown = number;
    // Read as the browser writes it: what stands there already is not read aloud again.
    const next = document.createElement("template");
    next.innerHTML = html;
    if (element.innerHTML !== next.innerHTML) { element.replaceChildren(next.content); }
    // A fragment that is stale asks for the whole page, which has more to show; a listener may put it off.
    isOver = element.querySelector("[data-reload]") !== null;
    if (isOver && element.dispatchEvent(new CustomEvent("stale", { cancelable: true }))) { location.reload(); }
  }

  function refreshSoon() { scheduled ??= setTimeout(refresh, COALESCE_MS); }

  function returned() {
    refreshSoon();
    afterReturn.forEach((timer) => clearTimeout(timer));
    afterReturn = AFTER_RETURN_MS.map((delay) => setTimeout(refresh, delay));
  }

  function listen() {
    const stream = new EventSource(element.dataset.live);
    for (const name of ["open", "change", "resync"]) { stream.addEventListener(name, refreshSoon); }
    stream.addEventListener("error", () => { // a broken line is reconnected by the browser, a refusal is not
      if (stream.readyState === EventSource.CLOSED) { setTimeout(listen, RECONNECT_MS); }
    });
  }

  if (element.dataset.live) { listen(); }
  setInterval(() => { if (!document.hidden) { refresh(); } }, Number(element.dataset.poll ?? 10) * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { returned(); } });
  window.addEventListener("online", returned);
  window.addEventListener("pageshow", (event) => {
    const isBack = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (isBack || element.querySelector("[data-state=checking]")) { returned(); }
  });
}

document.querySelectorAll("[data-refresh]").forEach(keepCurrent);
document.querySelector("[data-error-summary]")?.focus();
