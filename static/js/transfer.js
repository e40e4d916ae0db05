// The VietQR's page: counts down without hurry, and offers another way when no app opened.
const clock = document.querySelector("[data-until]");
const tick = () => {
  const minutes = Math.ceil((Date.parse(clock.dataset.until) - Date.now()) / 60_000);
  if (minutes <= 0) {
    location.reload(); // the page then offers a new code
    return;
  }
  clock.textContent = minutes > 90 ? "" : clock.dataset.words.replace("#", minutes); // days are said by the date
  setTimeout(tick, 15_000);
};
if (clock) tick();

// An app that opened hides this page; where none did, the payer is still here.
const otherwise = document.querySelector("[data-no-app]");
const offerOtherWay = () => {
  otherwise.hidden = false;
};
for (const link of document.querySelectorAll("[data-app]")) {
  link.addEventListener("click", () => setTimeout(offerOtherWay, 2_500));
}
