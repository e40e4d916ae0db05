// Buttons that copy a line and say so, or say that the device does not allow it and what to do instead.
const status = document.querySelector("[data-copy-status]");
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      status.textContent = button.dataset.copied;
    } catch {
      status.textContent = status.dataset.refused;
    }
  });
}
