// Rings when something changed: the fragment then refetches itself. Without it the fragment polls.
(function () {
  "use strict";
  function refresh(element) {
    fetch(element.dataset.refresh, { headers: { "X-Fragment": "1" }, credentials: "same-origin" })
      .then(function (response) { return response.ok ? response.text() : Promise.reject(response.status); })
      .then(function (html) {
        if (element.innerHTML !== html) { element.innerHTML = html; }
        // A fragment whose work is over asks for the whole page, which has more to show.
        if (element.querySelector("[data-reload]")) { location.reload(); }
      })
      .catch(function () { /* the next event or poll tries again */ });
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
