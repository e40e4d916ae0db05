// What the administration's theme leaves without a name gets the one that eyes see beside it.
{
  const SEARCH = "[role=combobox], [role=textbox], [role=searchbox], input.select2-search__field";
  const name = () => {
    // Search boxes that replace long selects: the name of the select's label.
    for (const select of document.querySelectorAll("select.admin-autocomplete, select.select2-hidden-accessible")) {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.nextElementSibling;
      if (!label || !box) continue;
      for (const part of box.querySelectorAll(SEARCH)) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", label.textContent.trim());
      }
    }
    // Boxes in a table of rows: the name of their column.
    for (const control of document.querySelectorAll(".tabular td :is(input, select, textarea):not([aria-label])")) {
      if (control.type === "hidden" || control.labels?.length) continue;
      const cell = control.closest("td");
      const head = cell.closest("table").querySelectorAll("thead th")[cell.cellIndex];
      if (head) control.setAttribute("aria-label", head.textContent.trim());
    }
    // Tables that scroll: the name of their heading; the page's content: that it is the main part.
    for (const table of document.querySelectorAll("fieldset[aria-labelledby] .simplebar-content-wrapper")) {
      table.removeAttribute("aria-label");
      table.setAttribute("aria-labelledby", table.closest("fieldset").getAttribute("aria-labelledby"));
    }
    for (const menu of document.querySelectorAll(".simplebar-content-wrapper[role]")) {
      if (!menu.closest("#main")) menu.removeAttribute("role");
    }
    // What else scrolls has an English name of the theme's: the page's own, or none where it is no region.
    for (const part of document.querySelectorAll('[aria-label="scrollable content"]')) {
      if (part.hasAttribute("role")) part.setAttribute("aria-label", document.title.split(" | ")[0]);
      else part.removeAttribute("aria-label");
    }
    for (const head of document.querySelectorAll("th")) {
      if (!head.textContent.trim() && !head.querySelector("input")) head.setAttribute("role", "cell");
    }
    document.getElementById("main")?.setAttribute("role", "main");
  };
  // They are made, and made anew, when other scripts think fit.
  new MutationObserver(name).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", name);
}
