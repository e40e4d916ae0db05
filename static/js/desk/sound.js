// A short tone when money lands on the dossier before the officer. Off until somebody wants it; a cookie remembers it,
// because signing out empties every other store of the browser.
(function () {
  "use strict";
  var button = document.querySelector("[data-sound]");
  var state = document.getElementById("state");
  var isOn = /(^|; )am-bao=1/.test(document.cookie);

  function show() {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn));
  }
  // Two notes going up, a third of a second; resolved when they are over, or at once where a browser plays nothing.
  function play() {
    var context = new AudioContext();
    [[660, 0], [880, 0.15]].forEach(function (note) {
      var tone = context.createOscillator(), volume = context.createGain(), at = context.currentTime + note[1];
      tone.frequency.value = note[0];
      volume.gain.setValueAtTime(0.2, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.18);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    });
    return new Promise(function (over) { setTimeout(function () { context.close(); over(); }, 400); });
  }
  button.addEventListener("click", function () {
    isOn = !isOn;
    document.cookie = "am-bao=" + (isOn ? "1; max-age=31536000" : "; max-age=0") + "; path=/quay/; samesite=strict";
    show();
    if (isOn) { play(); }
  });
  if (state) {
    var before = state.querySelector("[data-state]").dataset.state;
    state.addEventListener("stale", function (event) {
      var now = state.querySelector("[data-state]").dataset.state;
      if (!isOn || now === before || now !== "paid") { return; }
      event.preventDefault(); // the page is made anew when the tone is over
      play().then(function () { location.reload(); });
    });
  }
  show();
})();
