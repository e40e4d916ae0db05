// Keeps the last pages an officer saw. Without the network they are shown stamped and with every button dead.
// Signing out empties all of it (portal/staff.py, Clear-Site-Data).
"use strict";
const PAGES = "desk-pages";
const ASSETS = "desk-assets";
const MOST = 60;
const KEPT_MS = 12 * 3600 * 1000;
const DESK = "/quay/";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate" && !url.pathname.startsWith("/quay/man-hinh-phu/")) { event.respondWith(page(request, url)); }
  else if (request.method === "GET" && url.pathname.startsWith("/static/")) { event.respondWith(asset(request)); }
});

async function page(request, url) {
  const sent = await scanned(request, url);
  try {
    const response = await fetch(request);
    if (request.method === "GET" && response.ok) { await keep(request, response.clone()); }
    return response;
  } catch (error) {
    const copy = await kept(request, sent);
    if (!copy) { throw error; }
    return stamped(copy, sent, request.method === "POST" && !sent);
  }
}

// What was scanned or typed into the box: a code stands in the address, all else is posted.
async function scanned(request, url) {
  if (url.pathname !== DESK) { return ""; }
  const fields = request.method === "POST" ? await request.clone().formData() : url.searchParams;
  return (fields.get("q") || "").trim();
}

// The page itself; of something that was sent, the page it was sent from; of a scan, the dossier it names or the list.
async function kept(request, scan) {
  const cache = await caches.open(PAGES);
  const sentFrom = request.method === "POST" ? [request.referrer] : [request.url];
  const wanted = scan ? [request.url, DESK + encodeURIComponent(scan.toUpperCase()) + "/", DESK] : sentFrom;
  for (const address of wanted) {
    const copy = address && await cache.match(address);
    if (copy && Date.now() - Number(copy.headers.get("X-CachedValue-At")) < KEPT_MS) { return copy; }
  }
  return null;
}

async function stamped(copy, scan, isUnsure) {
  const at = Number(copy.headers.get("X-CachedValue-At"));
  const clock = new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  let html = (await copy.text())
    .replace("data-offline hidden", () => `data-offline data-scan="${escaped(scan)}"`).replaceAll("@@clock@@", clock)
    .replace(/<(button|select)\b(?![^>]*\bdata-reads)/g, "<$1 disabled").replace(/data-(refresh|live)=/g, "data-was-$1=");
  if (isUnsure) { html = html.replace("data-unsure hidden", "data-unsure"); }
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": copy.headers.get("Content-Security-Policy") || "default-src 'self'" } });
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

async function keep(request, response) {
  const cache = await caches.open(PAGES);
  const headers = new Headers(response.headers);
  headers.set("X-CachedValue-At", String(Date.now()));
  await cache.put(request, new Response(await response.blob(), { headers }));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((old) => cache.delete(old)));
}

async function asset(request) {
  const cache = await caches.open(ASSETS);
  try {
    const response = await fetch(request);
    if (response.ok) { await cache.put(request, response.clone()); }
    return response;
  } catch (error) {
    const copy = await cache.match(request);
    if (copy) { return copy; }
    throw error;
  }
}
