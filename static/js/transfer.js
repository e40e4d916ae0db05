// The VietQR's page: copies a line and says so, counts down without hurry, and offers another way when no app opened.
(function () {
  "use strict";
  var status = document.querySelector("[data-copy-status]");
  if (navigator.clipboard) {
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(button.dataset.copy).then(function () { status.textContent = button.dataset.copied; });
      });
    });
  }

  var clock = document.querySelector("[data-until]");
  function tick() {
    var minutes = Math.ceil((Date.parse(clock.dataset.until) - Date.now()) / 60000);
    if (minutes <= 0) { location.reload(); return; } // the page then offers a new code
    clock.textContent = minutes > 90 ? "" : clock.dataset.words.replace("#", minutes); // days are said by the date
    setTimeout(tick, 15000);
  }
  if (clock) { tick(); }

  // An app that opened hides this page; where none did, the payer is still here.
  var otherwise = document.querySelector("[data-no-app]");
  document.querySelectorAll("[data-app]").forEach(function (link) {
    link.addEventListener("click", function () { setTimeout(function () { otherwise.hidden = false; }, 2500); });
  });
})();
