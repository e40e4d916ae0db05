// Rings when something changed: the fragment then refetches itself. Without it the fragment polls.
(function () {
  "use strict";
  function refresh(element) {
    fetch(element.dataset.refresh, { headers: { "X-Fragment": "1" }, credentials: "same-origin" })
      .then(function (response) {
        if (response.redirected) { location.reload(); } // signed out meanwhile: the sign-in leads back here
        return response.ok && !response.redirected ? response.text() : Promise.reject(response.status);
      })
      .then(function (html) {
        document.documentElement.classList.remove("line-lost");
        // Read as the browser writes it: what stands there already is not read aloud again.
        var news = document.createElement("template");
        news.innerHTML = html;
        if (element.innerHTML !== news.innerHTML) { element.replaceChildren(news.content); }
        // A fragment whose work is over asks for the whole page, which has more to show; who has a last word may say it.
        if (element.querySelector("[data-reload]") && element.dispatchEvent(new CustomEvent("stale", { cancelable: true }))) { location.reload(); }
      })
      .catch(function (error) { // the next event or poll tries again
        if (!(error instanceof TypeError)) { return; }
        document.documentElement.classList.add("line-lost");
        document.dispatchEvent(new CustomEvent("line-lost"));
      });
  }
  document.querySelectorAll("[data-refresh]").forEach(function (element) {
    var poll = Number(element.dataset.poll || 10) * 1000;
    setInterval(function () { if (!document.hidden) { refresh(element); } }, poll);
    if (element.dataset.live && "EventSource" in window) {
      var source = new EventSource(element.dataset.live);
      ["change", "resync"].forEach(function (name) {
        source.addEventListener(name, function () { refresh(element); });
      });
    }
  });
  var summary = document.querySelector("[data-error-summary]");
  if (summary) { summary.focus(); }
})();
