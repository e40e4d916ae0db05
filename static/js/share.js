// A phone passes a page on by whatever its owner uses: Zalo, SMS, mail. Elsewhere the links do.
(function () {
  "use strict";
  document.querySelectorAll("[data-share]").forEach(function (button) {
    if (!navigator.share) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.share({ text: button.dataset.share, url: location.href }).catch(function () { /* changed their mind */ });
    });
  });
})();
