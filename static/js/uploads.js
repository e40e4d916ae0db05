// Papers are sent as soon as they are chosen, with their progress shown. Without this script the button does it.
for (const form of document.querySelectorAll("[data-upload]")) {
  const told = form.querySelector("[data-told]");
  const bar = form.querySelector("progress");
  const send = () => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) {
        location.reload();
      } else {
        failed();
      }
    });
    request.addEventListener("error", failed);
    bar.hidden = false;
    told.textContent = told.dataset.sending;
    request.send(new FormData(form));
  };
  const failed = () => {
    bar.hidden = true;
    told.textContent = told.dataset.failed;
  };
  form.querySelector("input[type=file]").addEventListener("change", send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
}
