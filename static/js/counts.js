// Papers with their numbers, a row each: rows are added and taken away as needed. Without this script some empty rows
// stand there to be filled in; what is left empty counts for nothing.
const MOST = 30;

const start = (place) => {
  const rows = () => [...place.querySelectorAll("[data-row]")];
  const add = place.querySelector("[data-add-row]");
  const isEmpty = (row) => [...row.querySelectorAll("input")].every((input) => input.value === "");

  const renumber = () => {
    const all = rows();
    all.forEach((row, index) => {
      const suffix = index ? `_${index + 1}` : "";
      row.querySelector("[data-number]").textContent = index + 1;
      const title = row.querySelector("[data-number]").parentElement;
      title.id = `${place.dataset.counts}paper${suffix}`;
      row.setAttribute("aria-labelledby", title.id);
      for (const input of row.querySelectorAll("input")) {
        const label = row.querySelector(`label[for="${input.id}"]`);
        input.id = `${place.dataset.counts}${input.name}${suffix}`;
        label.htmlFor = input.id;
      }
      row.querySelector("[data-remove-row]").hidden = all.length < 2;
    });
    add.hidden = all.length >= MOST;
  };

  const changed = () => place.dispatchEvent(new Event("input", { bubbles: true }));

  add.addEventListener("click", () => {
    const last = rows().at(-1);
    const row = last.cloneNode(true);
    for (const fault of row.querySelectorAll(".error-text")) fault.remove();
    for (const cell of row.querySelectorAll(".has-error")) cell.classList.remove("has-error");
    for (const input of row.querySelectorAll("input")) {
      input.value = input.name === "copies" ? "1" : "";
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    last.after(row);
    renumber();
    row.querySelector("input").focus();
  });

  place.addEventListener("click", (event) => {
    const row = event.target.closest("[data-remove-row]")?.closest("[data-row]");
    if (!row) return;
    const next = row.nextElementSibling.matches("[data-row]") ? row.nextElementSibling : row.previousElementSibling;
    row.remove();
    renumber();
    next.querySelector("input").focus();
    changed();
  });

  for (const row of rows().slice(1)) if (isEmpty(row)) row.remove();
  renumber();
};

document.querySelectorAll("[data-counts]").forEach(start);
