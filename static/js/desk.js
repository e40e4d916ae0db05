// The desk: the box, camera, a copy for bad days. Its keys (keys.js) are function keys, which no scanner and no Vietnamese keyboard sends.
(function () {
  "use strict";
  var box = document.getElementById("q");

  // Names and phones are posted and stand in no address. A code may: its page, kept, is found again without the network.
  box.form.addEventListener("submit", function () {
    box.form.method = /^[a-z0-9.]+[- ]?\d{6}[- ]?\d{4}$/i.test(box.value.trim()) ? "get" : "post";
  });

  // A step can be taken back for a minute; then its button goes.
  document.querySelectorAll("[data-until]").forEach(function (form) {
    var left = new Date(form.dataset.until).getTime() + Number(form.dataset.lasts) * 1000 - Date.now();
    setTimeout(function () { form.hidden = true; }, Math.max(left, 0));
  });

  // "Asked 3 seconds ago": outside the live region, or it would be read aloud every second.
  var freshness = document.getElementById("freshness");
  if (freshness) {
    setInterval(function () {
      var asked = document.querySelector("#state time");
      freshness.hidden = !asked;
      if (!asked) { return; }
      var seconds = Math.max(0, Math.round((Date.now() - new Date(asked.dateTime).getTime()) / 1000));
      freshness.textContent = freshness.dataset.before + " " + (seconds < 120 ? seconds + " " + freshness.dataset.seconds : Math.round(seconds / 60) + " " + freshness.dataset.minutes);
    }, 1000);
  }

  // The camera reads what the scanner would, where the browser can.
  var button = document.querySelector("[data-camera]");
  if (button && "BarcodeDetector" in window && navigator.mediaDevices) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var dialog = document.getElementById("camera"), video = dialog.querySelector("video");
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }).then(function (stream) {
        var detector = new BarcodeDetector();
        video.srcObject = stream;
        video.play();
        dialog.showModal();
        dialog.addEventListener("close", function () { stream.getTracks().forEach(function (track) { track.stop(); }); }, { once: true });
        (function look() {
          if (!dialog.open) { return; }
          detector.detect(video).then(function (found) {
            if (found.length) { dialog.close(); box.value = found[0].rawValue; box.form.requestSubmit(); } else { requestAnimationFrame(look); }
          }, function () { setTimeout(look, 200); });
        })();
      }, function () { button.hidden = true; });
    });
  }

  if ("serviceWorker" in navigator) { navigator.serviceWorker.register("/quay/ban-luu.js", { scope: "/quay/" }).catch(function () { /* no copy then */ }); }
})();
