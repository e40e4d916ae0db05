// What the desk's keys do beyond pressing what carries their name (keys.js).
(function () {
  "use strict";
  var box = document.getElementById("q");
  var decisions = document.querySelector("nav.decisions");

  // F6 goes to what may be decided; each has a number.
  function decide(event, at) {
    if (event.key === "F6") { decisions.querySelector("a").focus(); return true; }
    var chosen = decisions.contains(at) && /^[1-9]$/.test(event.key) && decisions.querySelectorAll("a")[Number(event.key) - 1];
    if (chosen) { chosen.click(); }
    return Boolean(chosen);
  }
  // From the box down into the list; on a row Space marks it.
  function list(event, at) {
    var first = document.querySelector(".worklist tbody a"), row = at.closest(".worklist tbody tr");
    if (event.key === "ArrowDown" && at === box && first) { first.focus(); return true; }
    if (event.key !== " " || !row || !at.matches("a")) { return false; }
    var mark = row.querySelector("input[type=checkbox]");
    if (mark) { mark.click(); }
    return true;
  }
  // The reference of a card terminal goes with payment by card.
  function card(event) {
    var reference = event.shiftKey && event.key === "F7" && document.querySelector("[data-key='shift+F7']");
    if (reference) { reference.form.elements.tender.value = "pos"; }
    return false;
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) { return; }
    if (card(event) || (decisions && decide(event, document.activeElement)) || list(event, document.activeElement)) { event.preventDefault(); }
  });
})();
