// A procedure's calculator: a change shows the new amount in place. Without it the form loads the page anew.
const start = (form) => {
  const place = document.getElementById(form.dataset.calculator);
  let latest = 0;

  const calculate = async () => {
    const query = `?${new URLSearchParams(new FormData(form))}`;
    latest += 1;
    const mine = latest;
    try {
      const response = await fetch(query, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
      if (!response.ok) return;
      const html = await response.text();
      if (mine !== latest) return; // a later change is on its way
      place.innerHTML = html;
      history.replaceState(null, "", query + form.getAttribute("action"));
      // What was answered here is not asked again when handing in.
      for (const link of document.querySelectorAll(`[data-begin="${place.id}"]`)) link.search = query;
    } catch {
      // The button still works.
    }
  };

  form.addEventListener("change", calculate);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    calculate();
  });
};

document.querySelectorAll("form[data-calculator]").forEach(start);
