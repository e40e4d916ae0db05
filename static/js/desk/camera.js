// The camera reads what the scanner would: with the browser's own detector where it knows QR (Android, macOS), else
// with one of ours that is fetched when a camera is opened (static/vendor/qr-0.7.0, the same interface).
(function () {
  "use strict";
  var button = document.querySelector("[data-camera]");
  var dialog = document.getElementById("camera");
  var video = dialog.querySelector("video");
  var told = dialog.querySelector("[role=status]");
  if (!navigator.mediaDevices) { return; } // the link leads to the page that takes a photo

  async function newDetector() {
    var own = window.BarcodeDetector;
    if (own && (await own.getSupportedFormats()).includes("qr_code")) { return new own({ formats: ["qr_code"] }); }
    var ours = await import(button.dataset.decoder);
    return new ours.BarcodeDetector({ formats: ["qr_code"] });
  }
  async function look(detector) {
    if (!dialog.open) { return; }
    var found = video.readyState < 2 ? [] : await detector.detect(video).catch(function () { return []; });
    if (found.length && dialog.open) {
      var box = document.getElementById("q");
      dialog.close();
      box.value = found[0].rawValue;
      box.form.requestSubmit();
    } else { setTimeout(look, 100, detector); }
  }
  button.addEventListener("click", async function (event) {
    event.preventDefault();
    told.textContent = "";
    dialog.showModal();
    try {
      var stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
      var stop = function () { stream.getTracks().forEach(function (track) { track.stop(); }); };
      if (!dialog.open) { stop(); return; }
      dialog.addEventListener("close", stop, { once: true });
      video.srcObject = stream;
      await video.play();
      look(await newDetector());
    } catch (error) { told.textContent = told.dataset.failed; }
  });
})();
