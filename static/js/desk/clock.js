// What passes while a page stands: how long ago a bank was asked, how long a step can still be taken back.
(function () {
  "use strict";
  var offline = document.querySelector("[data-offline]");
  var freshness = document.getElementById("freshness");
  if (!freshness || !offline.hidden) { return; } // on a kept copy no time passes

  // Machines of offices have clocks of their own: the server's counts.
  var ahead = new Date(freshness.dataset.now).getTime() - Date.now();
  function secondsSince(moment) { return Math.max(0, Math.round((Date.now() + ahead - new Date(moment).getTime()) / 1000)); }

  // Outside the live region, or it would be read aloud every second.
  function tellFreshness() {
    var asked = document.querySelector("#state time");
    freshness.hidden = !asked;
    if (!asked) { return; }
    var seconds = secondsSince(asked.dateTime);
    freshness.textContent = freshness.dataset.before + " " + (seconds < 120 ? seconds + " " + freshness.dataset.seconds : Math.round(seconds / 60) + " " + freshness.dataset.minutes);
  }
  function tellUndo(form) {
    var left = Number(form.dataset.lasts) - secondsSince(form.dataset.since);
    form.hidden = left <= 0;
    form.querySelector("[data-left]").textContent = "(" + form.dataset.before + " " + left + " " + freshness.dataset.seconds + ")";
  }
  function tick() {
    tellFreshness();
    document.querySelectorAll("[data-since]").forEach(tellUndo);
  }
  tick();
  setInterval(tick, 1000);
})();
