// The search boxes that replace long selects have no name of their own: give them that of their label.
{
  const name = () => {
    for (const select of document.querySelectorAll("select.admin-autocomplete")) {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.nextElementSibling;
      if (!label || !box) continue;
      for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", label.textContent.trim());
      }
    }
  };
  // They are made, and made anew, when other scripts think fit.
  new MutationObserver(name).observe(document.documentElement, { childList: true, subtree: true });
  name();
}
