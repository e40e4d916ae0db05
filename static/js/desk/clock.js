// What passes while a page stands: how long ago a bank was asked, how long a step can still be taken back.
const LONG_AGO = 2 * 3600; // seconds; then its time, which stands above, says more
const freshness = document.getElementById("freshness");

const start = () => {
  const { dataset } = freshness;
  // Machines of offices have clocks of their own: the server's counts.
  const ahead = new Date(dataset.now).getTime() - Date.now();
  const secondsSince = (moment) => Math.max(0, Math.round((Date.now() + ahead - new Date(moment).getTime()) / 1000));
  const spoken = (seconds) =>
    seconds < 120 ? `${seconds} ${dataset.seconds}` : `${Math.round(seconds / 60)} ${dataset.minutes}`;

  // Outside the live region, or it would be read aloud every second.
  const showFreshness = () => {
    const asked = document.querySelector("#state time");
    const seconds = asked ? secondsSince(asked.dateTime) : Infinity;
    freshness.hidden = seconds > LONG_AGO;
    if (!freshness.hidden) freshness.textContent = `${dataset.before} ${spoken(seconds)}`;
  };
  const showUndo = (form) => {
    const left = Number(form.dataset.lasts) - secondsSince(form.dataset.since);
    form.hidden = left <= 0;
    form.querySelector("[data-left]").textContent = `(${form.dataset.before} ${left} ${dataset.seconds})`;
  };
  const tick = () => {
    showFreshness();
    document.querySelectorAll("[data-since]").forEach(showUndo);
  };
  tick();
  setInterval(tick, 1000);
};

// On a kept copy no time passes.
if (freshness && document.querySelector("[data-offline]").hidden) start();
