// Files that were chosen and are not with the server yet, by the form that sends them; which forms are at it.
export const left = new Map();
export const sending = new Set();

export const of = (form) => {
  if (!left.has(form)) left.set(form, []);
  return left.get(form);
};

export const allLeft = () => [...left.values()].flat();

// Closing the page, or a link away from it, would lose them: the browser asks.
window.addEventListener("beforeunload", (event) => {
  if (allLeft().length) event.preventDefault();
});
