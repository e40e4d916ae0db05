// A procedure's calculator: what is typed shows the new amount in place. Without it the form loads the page anew.
const TYPING_MS = 200;

const start = (form) => {
  const place = document.getElementById(form.dataset.calculator);
  let latest = 0;
  let soon;

  const queryOf = () => `?${new URLSearchParams(new FormData(form))}`;

  const calculate = async () => {
    const query = queryOf();
    latest += 1;
    const mine = latest;
    try {
      const response = await fetch(query, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
      if (!response.ok) return;
      const html = await response.text();
      if (mine !== latest) return; // a later change is on its way
      place.innerHTML = html;
      history.replaceState(null, "", query + form.getAttribute("action"));
    } catch {
      // The button still works.
    }
  };

  // What was answered here is not asked again when handing in, though the answer to the last key is still on its way.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(`[data-begin="${place.id}"]`);
    if (link) link.search = queryOf();
  });

  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(calculate, TYPING_MS);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    calculate();
  });
};

document.querySelectorAll("form[data-calculator]").forEach(start);
