// A long list of offices is found by typing: part of a name, without accents, or the name a commune had before 2025.
// Without this script the select works as it is.
const STORE = "place";
const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/đ/gi, "d")
    .toLowerCase();

for (const select of document.querySelectorAll("select[data-places]")) {
  const box = document.createElement("input");
  box.type = "search";
  box.id = `${select.id}_filter`;
  box.autocomplete = "off";
  box.placeholder = select.dataset.places;
  box.setAttribute("aria-label", select.dataset.places);
  box.setAttribute("aria-controls", select.id);
  select.before(box);
  const last = localStorage.getItem(STORE);
  const before = [...select.options].find((option) => option.value && option.value === last);
  if (before) select.insertBefore(before, select.options[select.options[0].value ? 0 : 1]); // the one used last is first
  select.form?.addEventListener("submit", () => localStorage.setItem(STORE, select.value));
  const every = [...select.options];
  const words = every.map((option) => plain(`${option.textContent} ${option.dataset.before ?? ""}`));

  box.addEventListener("input", () => {
    const wanted = plain(box.value).split(/\s+/).filter(Boolean);
    const left = every.filter((option, number) => !option.value || wanted.every((word) => words[number].includes(word)));
    const chosen = select.value;
    select.replaceChildren(...left);
    const real = left.filter((option) => option.value);
    if (wanted.length && real.length) {
      const kept = real.find((option) => option.value === chosen) ?? real[0];
      if (select.value !== kept.value || chosen !== kept.value) {
        select.value = kept.value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    select.size = wanted.length && real.length > 1 ? Math.min(left.length, 6) : 0;
  });
  select.addEventListener("change", () => {
    if (document.activeElement === select) select.size = 0;
  });
}
