// Copies a line to the clipboard and says so, also to screen readers. Where there is no clipboard the buttons stay away.
(function () {
  "use strict";
  if (!navigator.clipboard) { return; }
  var status = document.querySelector("[data-copy-status]");
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { status.textContent = button.dataset.copied; });
    });
  });
})();
