// A phone passes a page on by whatever its owner uses: Zalo, SMS, mail. Elsewhere the links do.
for (const button of navigator.share ? document.querySelectorAll("[data-share]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.share({ text: button.dataset.share, url: location.href });
    } catch {
      // They changed their mind.
    }
  });
}
