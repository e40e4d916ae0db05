// Buttons that copy a line and say so.
const status = document.querySelector("[data-copy-status]");
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    status.textContent = button.dataset.copied;
  });
}
