// Suggestions while a search is typed: links below the box, reached by the arrow down. Enter searches as before.
const PAUSE = 150;

for (const box of document.querySelectorAll("[data-suggest]")) {
  const list = document.getElementById("suggested");
  let latest = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
  };

  const suggest = async () => {
    latest += 1;
    const mine = latest;
    const text = box.value.trim();
    if (text.length < 2) return close();
    try {
      const response = await fetch(`${box.dataset.suggest}?${new URLSearchParams({ q: text })}`);
      const html = response.ok ? (await response.text()).trim() : "";
      if (mine !== latest) return; // more has been typed
      list.innerHTML = html;
      list.hidden = !html;
    } catch {
      close(); // the button still searches
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, PAUSE);
  });

  const links = () => [...list.querySelectorAll("a")];
  const walk = (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
      box.focus();
      return;
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [box, ...links()];
    const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  box.addEventListener("keydown", walk);
  list.addEventListener("keydown", walk);
}
