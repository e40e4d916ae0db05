// Work by keyboard, at the desk and in accounting: what carries a key's name is pressed by it (the first that carries
// it; something may carry several), rows are walked,
// `?` lists all keys.
const STORE = "keys-letters";
const ROWS = "table[data-rows]";
const list = document.getElementById("keys");
const letters = document.querySelector("[data-letters]");

const PRESSED = "[type=checkbox], [type=radio], [type=button], [type=submit], [type=file]";
const isField = (element) => element?.matches(`textarea, select, input:not(${PRESSED})`);

const isTyping = () => isField(document.activeElement) && document.activeElement.value !== "";

// What carries the key's name in the row at hand, else on the page outside the rows.
const carrier = (name) => {
  const selector = `[data-key~="${name}"]`;
  const inRow = document.activeElement?.closest(`${ROWS} tbody tr`)?.querySelector(selector);
  return inRow ?? [...document.querySelectorAll(selector)].find((element) => !element.closest(ROWS));
};

const press = (name) => {
  const target = carrier(name);
  if (!target || target.disabled) return false;
  const folded = target.closest("details:not([open])");
  if (folded) folded.open = true;
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else if (target.hasAttribute("data-only-focus")) {
    target.focus();
  } else {
    target.click();
  }
  return true;
};

const walk = (step) => {
  const rows = [...document.querySelectorAll(`${ROWS} tbody tr`)];
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest("tr"));
  const first = step > 0 ? 0 : rows.length - 1;
  const row = rows[at < 0 ? first : Math.min(Math.max(at + step, 0), rows.length - 1)];
  const stop = row.querySelector("a, button");
  if (!stop) row.tabIndex = -1;
  (stop ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
};

const follow = (rel) => {
  const link = document.querySelector(`a[rel="${rel}"]`);
  link?.click();
  return Boolean(link);
};

// The key as templates name it in `data-key`.
const nameOf = (event) => {
  // A Vietnamese keyboard may hold a letter back to see whether it becomes an accent.
  if (event.key === "Process" && /^Key[A-Z]$/.test(event.code)) return event.code.at(-1).toLowerCase();
  const shift = event.shiftKey && /^F\d+$/.test(event.key) ? "shift+" : "";
  return (event.ctrlKey ? "ctrl+" : "") + shift + event.key;
};

// Whether the key did something here; then the browser does nothing with it.
const handle = (event) => {
  const name = nameOf(event);
  if (name === "?" && !isTyping()) {
    list.showModal();
    return true;
  }
  // Ctrl+Z belongs to a field with text in it; function keys and Ctrl+Enter mean nothing to a field.
  if (/^(shift\+)?F\d+$/.test(name) || name === "ctrl+Enter" || (name === "ctrl+z" && !isTyping())) return press(name);
  if (event.ctrlKey || isField(document.activeElement)) return false;
  if (name === "ArrowUp" || name === "ArrowDown") {
    return Boolean(document.activeElement?.closest(`${ROWS} tbody`)) && walk(name === "ArrowDown" ? 1 : -1);
  }
  // Single letters only where they can be turned off (WCAG 2.1.4).
  if (!letters?.checked) return false;
  if (name === "j" || name === "k") return walk(name === "j" ? 1 : -1);
  if (name === "n" || name === "p") return follow(name === "n" ? "next" : "prev");
  return /^[a-z/]$/.test(name) && press(name);
};

// The list of keys says whether letters count and keeps the choice, where the browser keeps anything.
if (letters) {
  try {
    letters.checked = localStorage.getItem(STORE) !== "off";
  } catch {
    // Then they count.
  }
  letters.addEventListener("change", () => {
    try {
      localStorage.setItem(STORE, letters.checked ? "on" : "off");
    } catch {
      // Until the page is left.
    }
  });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (handle(event)) event.preventDefault();
});
for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => list.showModal());

// Back from a row: its page begins where the eye was. After loading, or the browser's own jump to it takes the focus.
window.addEventListener("load", () => {
  const row = /^#row-\d+$/.test(location.hash) && document.querySelector(location.hash);
  if (row) setTimeout(() => (row.querySelector("a, button") ?? row).focus());
});
