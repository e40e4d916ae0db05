// Keeps parts of a page current: <div data-refresh="address" data-poll="8" data-live="its event stream">.
// Each is fetched again when the stream says so or (re)connects, when somebody comes back to the page, and every
// data-poll seconds. With data-refresh="" the page itself is fetched and the part of the same id taken from it.

const AFTER_RETURN_MS = [500, 1000, 2000, 4000]; // back from the bank, whose message may still be on its way
const COALESCE_MS = 30; // `open`, `resync` and a burst of `change` are one request
const TIMEOUT_MS = 10_000;
const RECONNECT_MS = 15_000;
const SUBMIT_MS = 5_000; // a form was sent: its answer must not be reloaded away

let submittedAt = -Infinity;

function tellLineIsLost() {
  document.documentElement.classList.add("line-lost");
  document.dispatchEvent(new CustomEvent("line-lost"));
}

// A page that reloads by itself takes along what it has just been told: change to give back, a refusal.
const KEPT = "kept-messages";

function reload() {
  const kept = [...document.querySelectorAll("main > [data-kept]")].map((message) => message.outerHTML);
  sessionStorage.setItem(KEPT, kept.join(""));
  location.reload();
}

function nameOf(control) { return [control.tagName, control.name, control.href ?? control.value].join(" "); }

// Put new content in, but keep what is ticked and where the focus is. What stands there already is not read aloud again.
function replace(element, content) {
  const token = element.querySelector("[name=csrfmiddlewaretoken]");
  content.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token?.value ?? field.value; });
  const next = document.createElement("div");
  next.append(content);
  if (element.innerHTML === next.innerHTML) { return; }
  const ticked = new Set([...element.querySelectorAll("input:checked")].map(nameOf));
  const focused = element.contains(document.activeElement) && nameOf(document.activeElement);
  element.replaceChildren(...next.childNodes);
  for (const control of element.querySelectorAll("a, button, input")) {
    if (ticked.has(nameOf(control))) { control.checked = true; }
    if (nameOf(control) === focused) { control.focus({ preventScroll: true }); }
  }
}

function keepCurrent(element) {
  let sent = 0;
  let shown = 0;
  let scheduled = null;
  let afterReturn = [];
  let isOver = false;
  let stream = null;

  async function refresh() {
    scheduled = null;
    if (isOver) { return; }
    const number = ++sent;
    try {
      const response = await fetch(element.dataset.refresh, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const html = await response.text();
      if (response.redirected) { reload(); } // signed out meanwhile: the sign-in leads back here
      else if (response.ok) { show(html, number); } // else the next event or poll tries again
    } catch (error) {
      if (error instanceof TypeError) { tellLineIsLost(); }
    }
  }

  // Each request begins after the event that caused it, so the latest one knows most: an older answer never replaces a newer.
  function show(html, number) {
    document.documentElement.classList.remove("line-lost");
    if (isOver || number < shown || performance.now() - submittedAt < SUBMIT_MS) { return; }
    shown = number;
    const answer = document.createElement("template");
    answer.innerHTML = html;
    const part = element.id && answer.content.getElementById(element.id);
    if (!part && !element.dataset.refresh) { reload(); return; } // the page has become another one
    if (part && part.dataset.live !== element.dataset.live) { listen(part.dataset.live); }
    const content = document.createDocumentFragment();
    content.append(...(part || answer.content).childNodes);
    replace(element, content);
    // A part that is stale asks for the whole page, which has more to show; a listener may put it off.
    isOver = element.querySelector("[data-reload]") !== null;
    if (isOver && element.dispatchEvent(new CustomEvent("stale", { cancelable: true }))) { reload(); }
  }

  function refreshSoon() { scheduled ??= setTimeout(refresh, COALESCE_MS); }

  function returned() {
    refreshSoon();
    afterReturn.forEach((timer) => clearTimeout(timer));
    afterReturn = AFTER_RETURN_MS.map((delay) => setTimeout(refresh, delay));
  }

  function listen(address) {
    stream?.close();
    if (address) { element.dataset.live = address; } else { delete element.dataset.live; return; }
    const opened = stream = new EventSource(address);
    for (const name of ["open", "change", "resync"]) { opened.addEventListener(name, refreshSoon); }
    opened.addEventListener("error", () => { // a broken line is reconnected by the browser, a refusal is not
      if (opened.readyState !== EventSource.CLOSED) { return; }
      setTimeout(() => { if (opened === stream) { listen(address); } }, RECONNECT_MS);
    });
  }

  listen(element.dataset.live);
  setInterval(() => { if (!document.hidden) { refresh(); } }, Number(element.dataset.poll ?? 10) * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { returned(); } });
  window.addEventListener("offline", tellLineIsLost);
  window.addEventListener("online", returned);
  window.addEventListener("pageshow", (event) => {
    const isBack = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (isBack || element.querySelector("[data-state=checking]")) { returned(); }
  });
}

window.addEventListener("submit", (event) => {
  const target = event.submitter?.formTarget || event.target.target;
  if (!event.defaultPrevented && target !== "_blank") { submittedAt = performance.now(); }
});
document.querySelectorAll("[data-refresh]").forEach(keepCurrent);
document.querySelector("main")?.insertAdjacentHTML("afterbegin", sessionStorage.getItem(KEPT) ?? "");
sessionStorage.removeItem(KEPT);
document.querySelector("[data-error-summary]")?.focus();
