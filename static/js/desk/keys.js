// What the desk's keys do beyond pressing what carries their name (keys.js).
const box = document.getElementById("q");
const decisions = document.querySelector("nav.decisions");

// F6 goes to what may be decided; each has a number.
const decide = (event, at) => {
  if (!decisions) return false;
  if (event.key === "F6") {
    decisions.querySelector("a").focus();
    return true;
  }
  const isNumber = decisions.contains(at) && /^[1-9]$/.test(event.key);
  const chosen = isNumber && decisions.querySelectorAll("a")[Number(event.key) - 1];
  if (chosen) chosen.click();
  return Boolean(chosen);
};

// From the box down into the list; on a row Space marks it.
const walk = (event, at) => {
  const first = document.querySelector(".worklist tbody a");
  if (event.key === "ArrowDown" && at === box && first) {
    first.focus();
    return true;
  }
  const row = at.closest(".worklist tbody tr");
  if (event.key !== " " || !row || !at.matches("a")) return false;
  row.querySelector("input[type=checkbox]")?.click();
  return true;
};

// The reference of a card terminal goes with payment by card; the key itself is pressed by keys.js.
const chooseCard = (event) => {
  if (!event.shiftKey || event.key !== "F7") return;
  const reference = document.querySelector("[data-key='shift+F7']");
  if (reference) reference.form.elements.tender.value = "pos";
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  chooseCard(event);
  if (decide(event, document.activeElement) || walk(event, document.activeElement)) event.preventDefault();
});
