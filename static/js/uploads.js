// Papers are sent as soon as they are chosen, one by one with their progress shown: a line that breaks costs one file,
// and the button goes on with those that are left. Without this script the button sends them all.
const sendOne = (form, file, bar) =>
  new Promise((sent, failed) => {
    const body = new FormData(form);
    body.set("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => (request.status < 400 ? sent() : failed()));
    request.addEventListener("error", failed);
    request.send(body);
  });

for (const form of document.querySelectorAll("[data-upload]")) {
  const told = form.querySelector("[data-told]");
  const bar = form.querySelector("progress");
  const inputs = form.querySelectorAll("input[type=file]"); // the device's files, and on a phone its camera
  const chosen = () => [...inputs].flatMap((input) => [...input.files]);
  let waiting = [];
  const sendAll = async () => {
    if (!bar.hidden) return; // already at it
    bar.hidden = false;
    try {
      for (; waiting.length; waiting.shift()) {
        bar.value = 0;
        told.textContent = `${told.dataset.sending} ${waiting[0].name}`;
        await sendOne(form, waiting[0], bar);
      }
      location.reload();
    } catch {
      bar.hidden = true;
      told.textContent = told.dataset.failed;
    }
  };
  inputs.forEach((input) =>
    input.addEventListener("change", () => {
      waiting = bar.hidden ? chosen() : [...waiting, ...input.files];
      sendAll();
    }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!waiting.length) waiting = chosen();
    sendAll();
  });
}
