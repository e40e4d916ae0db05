// A short tone when money lands on the dossier before the officer. Off until somebody wants it; a cookie remembers it,
// because signing out empties every other store of the browser.
const NOTES = [
  { hertz: 660, after: 0 },
  { hertz: 880, after: 0.15 },
];
const button = document.querySelector("[data-sound]");
const state = document.getElementById("state");
let isOn = /(^|; )am-bao=1/.test(document.cookie);

const show = () => {
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isOn));
};

const pause = (ms) => new Promise((over) => setTimeout(over, ms));

// Two notes going up, a third of a second; resolved when they are over, or at once where a browser plays nothing.
const play = async () => {
  const context = new AudioContext();
  for (const { hertz, after } of NOTES) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const at = context.currentTime + after;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.18);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
  await pause(400);
  context.close();
};

const shown = () => state.querySelector("[data-state]").dataset.state;

button.addEventListener("click", () => {
  isOn = !isOn;
  document.cookie = `am-bao=${isOn ? "1; max-age=31536000" : "; max-age=0"}; path=/quay/; samesite=strict`;
  show();
  if (isOn) play();
});
if (state) {
  const before = shown();
  state.addEventListener("stale", async (event) => {
    if (!isOn || before === "paid" || shown() !== "paid") return;
    event.preventDefault(); // the page is made anew when the tone is over
    await play();
    location.reload();
  });
}
show();
