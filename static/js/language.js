// Changing the language loads the page anew: what was typed and not sent yet is carried over, and forgotten at once.
const STORE = "typed-before-language";
const KEPT = "input:not([type=hidden], [type=password], [type=file]), select, textarea";
const fields = () => [...document.querySelectorAll(`main :is(${KEPT})`)].filter((field) => field.name);
const isTicked = (field) => field.type === "checkbox" || field.type === "radio";

const restore = () => {
  const kept = JSON.parse(sessionStorage.getItem(STORE) ?? "null");
  sessionStorage.removeItem(STORE);
  if (kept?.path !== location.pathname) return;
  fields().forEach((field, number) => {
    const before = kept.fields[number];
    if (before?.name !== field.name) return;
    if (isTicked(field)) field.checked = before.value;
    else field.value = before.value;
  });
};

try {
  restore();
} catch {
  // Then it is typed again.
}
document.querySelector("form.language")?.addEventListener("submit", () => {
  const kept = fields().map((field) => ({ name: field.name, value: isTicked(field) ? field.checked : field.value }));
  try {
    sessionStorage.setItem(STORE, JSON.stringify({ path: location.pathname, fields: kept }));
  } catch {
    // Then it is typed again.
  }
});
