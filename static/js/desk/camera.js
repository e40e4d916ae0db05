// The camera reads what the scanner would: with the browser's own detector where it knows QR (Android, macOS), else
// with one of ours that is fetched when a camera is opened (static/vendor/qr-0.7.0, the same interface).
const EVERY_MS = 100;
const button = document.querySelector("[data-camera]");
const dialog = document.getElementById("camera");
const video = dialog.querySelector("video");
const status = dialog.querySelector("[role=status]");

const newDetector = async () => {
  const own = window.BarcodeDetector;
  const isOwn = own && (await own.getSupportedFormats()).includes("qr_code");
  const Detector = isOwn ? own : (await import(button.dataset.decoder)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
};

const look = async (detector) => {
  if (!dialog.open) return;
  const codes = video.readyState < 2 ? [] : await detector.detect(video).catch(() => []);
  if (!codes.length || !dialog.open) {
    setTimeout(look, EVERY_MS, detector);
    return;
  }
  const box = document.getElementById("q");
  dialog.close();
  box.value = codes[0].rawValue;
  box.form.requestSubmit();
};

const open = async () => {
  const wanted = { video: { facingMode: "environment", width: { ideal: 1280 } } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (!dialog.open) {
    stop();
    return;
  }
  dialog.addEventListener("close", stop, { once: true });
  video.srcObject = stream;
  await video.play();
  look(await newDetector());
};

// Where there are no cameras the link leads to the page that takes a photo.
if (navigator.mediaDevices) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    status.textContent = "";
    dialog.showModal();
    try {
      await open();
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
}
