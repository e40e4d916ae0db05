// Keeps the last pages an officer saw. Without the network they are shown stamped and with every button dead.
// Signing out empties all of it (Clear-Site-Data).
const PAGES = "desk-pages";
const ASSETS = "desk-assets";
const MOST = 60;
const KEPT_MS = 12 * 3600 * 1000;
const DESK = "/quay/";
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]);

// What was scanned or typed into the box: a code stands in the address, all else is posted.
const scanned = async (request, url) => {
  if (url.pathname !== DESK) return "";
  const fields = request.method === "POST" ? await request.clone().formData() : url.searchParams;
  return (fields.get("q") || "").trim();
};

// The page itself; of something that was sent, the page it was sent from; of a scan, the dossier it names or the list.
const kept = async (request, scan) => {
  const cache = await caches.open(PAGES);
  const from = request.method === "POST" ? request.referrer : request.url;
  const wanted = scan ? [request.url, `${DESK}${encodeURIComponent(scan.toUpperCase())}/`, DESK] : [from];
  for (const address of wanted.filter(Boolean)) {
    const copy = await cache.match(address);
    if (copy && Date.now() - Number(copy.headers.get("X-Kept-At")) < KEPT_MS) return copy;
  }
  return null;
};

const keep = async (request, response) => {
  const cache = await caches.open(PAGES);
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", String(Date.now()));
  await cache.put(request, new Response(await response.blob(), { headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
};

// The copy with its time, its buttons dead and nothing that asks the server. Attributes of a template stand on lines
// of their own where they need the room.
const stamped = async (copy, scan, isUnsure) => {
  const at = new Date(Number(copy.headers.get("X-Kept-At")));
  const clock = at.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  let html = (await copy.text())
    .replace(/data-offline\s+hidden/, () => `data-offline data-scan="${escaped(scan)}"`)
    .replaceAll("@@clock@@", clock)
    .replace(/<(button|select)\b(?![^>]*\bdata-reads)/g, "<$1 disabled")
    .replace(/data-(refresh|live)=/g, "data-was-$1=");
  if (isUnsure) html = html.replace(/data-unsure\s+hidden/, "data-unsure");
  const policy = copy.headers.get("Content-Security-Policy") || "default-src 'self'";
  return new Response(html, {
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy },
  });
};

const page = async (request, url) => {
  const sent = await scanned(request, url);
  try {
    const response = await fetch(request);
    if (request.method === "GET" && response.ok) await keep(request, response.clone());
    return response;
  } catch (error) {
    const copy = await kept(request, sent);
    if (!copy) throw error;
    return stamped(copy, sent, request.method === "POST" && !sent);
  }
};

const asset = async (request) => {
  const cache = await caches.open(ASSETS);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const copy = await cache.match(request);
    if (!copy) throw error;
    return copy;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && !url.pathname.startsWith(`${DESK}man-hinh-phu/`)) {
    event.respondWith(page(request, url));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
    event.respondWith(asset(request));
  }
});
