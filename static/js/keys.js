// Work by keyboard, at the desk and in accounting: what carries a key's name is pressed by it, rows are walked, `?` lists all keys.
(function () {
  "use strict";
  var list = document.getElementById("keys"), letters = document.querySelector("[data-letters]"), STORE = "keys-letters";
  // A page opened again as it was left may have its list open.
  function isField(at) { return Boolean(at) && (/^(TEXTAREA|SELECT)$/.test(at.tagName) || (at.tagName === "INPUT" && !/^(checkbox|radio|button|submit|file)$/.test(at.type))); }
  function isTyping() { var at = document.activeElement; return isField(at) && at.value !== ""; }

  function press(name) {
    var row = document.activeElement && document.activeElement.closest("table[data-rows] tbody tr");
    var target = (row && row.querySelector('[data-key="' + name + '"]')) ||
      Array.prototype.find.call(document.querySelectorAll('[data-key="' + name + '"]'), function (found) { return !found.closest("table[data-rows]"); });
    if (!target || target.disabled) { return false; }
    if (target.tagName === "INPUT") { target.focus(); if (target.select) { target.select(); } return true; }
    if (target.hasAttribute("data-only-focus")) { target.focus(); } else { target.click(); }
    return true;
  }

  function walk(step) {
    var rows = Array.prototype.slice.call(document.querySelectorAll("table[data-rows] tbody tr"));
    if (!rows.length) { return false; }
    var at = rows.indexOf(document.activeElement && document.activeElement.closest("tr"));
    var row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
    var stop = row.querySelector("a, button");
    if (!stop) { row.tabIndex = -1; stop = row; }
    stop.focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  }

  function follow(rel) {
    var link = document.querySelector('a[rel="' + rel + '"]');
    if (link) { link.click(); }
    return Boolean(link);
  }

  // Single letters only where they can be turned off (WCAG 2.1.4): the list of keys says so and keeps the choice.
  function hasLetters() { return Boolean(letters) && letters.checked; }
  if (letters) {
    try { letters.checked = localStorage.getItem(STORE) !== "off"; } catch (error) { /* then they are on */ }
    letters.addEventListener("change", function () {
      try { localStorage.setItem(STORE, letters.checked ? "on" : "off"); } catch (error) { /* until the page is left */ }
    });
  }

  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.metaKey || document.querySelector("dialog[open]")) { return; }
    var name = (event.ctrlKey ? "ctrl+" : "") + (event.shiftKey && /^F\d+$/.test(event.key) ? "shift+" : "") + event.key, at = document.activeElement, done = false;
    // A Vietnamese keyboard may hold a letter back to see whether it becomes an accent.
    if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) { name = event.code.charAt(3).toLowerCase(); }
    if (name === "?" && !isTyping()) { list.showModal(); done = true; }
    // Ctrl+Z belongs to a field with text in it; function keys and Ctrl+Enter mean nothing to a field.
    else if (/^(shift\+)?F\d+$/.test(name) || name === "ctrl+Enter" || (name === "ctrl+z" && !isTyping())) { done = press(name); }
    else if (event.ctrlKey || isField(at)) { return; }
    else if (/^Arrow(Up|Down)$/.test(name)) { done = Boolean(at && at.closest("table[data-rows] tbody")) && walk(name === "ArrowDown" ? 1 : -1); }
    else if (!hasLetters()) { return; }
    else if (name === "j" || name === "k") { done = walk(name === "j" ? 1 : -1); }
    else if (name === "n" || name === "p") { done = follow(name === "n" ? "next" : "prev"); }
    else if (/^[a-z/]$/.test(name)) { done = press(name); }
    if (done) { event.preventDefault(); }
  });
  document.querySelectorAll("[data-keys]").forEach(function (button) { button.addEventListener("click", function () { list.showModal(); }); });

  // Back from a row: its page begins where the eye was. After loading, or the browser's own jump to it takes the focus away.
  window.addEventListener("load", function () {
    var row = /^#row-\d+$/.test(location.hash) && document.querySelector(location.hash);
    if (row) { setTimeout(function () { (row.querySelector("a, button") || row).focus(); }); }
  });
})();
