// Keeps the last pages an officer saw. Without the network they are shown stamped and with every button dead.
"use strict";
const PAGES = "desk-pages";
const ASSETS = "desk-assets";
const MOST = 60;
const KEPT_MS = 12 * 3600 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) { return; }
  if (request.mode === "navigate" && !url.pathname.startsWith("/quay/man-hinh-phu/")) { event.respondWith(page(request)); }
  else if (url.pathname.startsWith("/static/")) { event.respondWith(asset(request)); }
});

async function page(request) {
  try {
    const response = await fetch(request);
    // A redirect to the sign-in is no page of the desk, and whoever signs out leaves nothing behind.
    if (response.ok && new URL(response.url).pathname.startsWith("/quay/")) { await keep(request, response.clone()); }
    else if (response.redirected) { await caches.delete(PAGES); }
    return response;
  } catch (error) {
    const cache = await caches.open(PAGES);
    const kept = await cache.match(request);
    const at = kept ? Number(kept.headers.get("X-Kept-At")) : 0;
    if (!kept || Date.now() - at > KEPT_MS) { throw error; }
    const clock = new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
    const html = (await kept.text())
      .replace("data-offline hidden", "data-offline").replaceAll("@@clock@@", clock)
      .replace(/<(button|select)\b/g, "<$1 disabled").replace(/data-(refresh|live)=/g, "data-was-$1=");
    return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": kept.headers.get("Content-Security-Policy") || "default-src 'self'" } });
  }
}

async function keep(request, response) {
  const cache = await caches.open(PAGES);
  const headers = new Headers(response.headers);
  headers.set("X-Kept-At", String(Date.now()));
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
    const kept = await cache.match(request);
    if (kept) { return kept; }
    throw error;
  }
}
