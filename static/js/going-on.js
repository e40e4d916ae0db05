// "Continue" belongs to the papers of its page: pressed while some are on their way, it waits for them, says so, and
// goes on by itself. What could not be sent is named, and left out only by who says so.
import { allLeft, left, sending } from "./files-left.js";

const FORM = "form[data-after-papers]";
const form = document.querySelector(FORM);
const told = form?.querySelector("[data-waits]");
const bar = form?.querySelector("progress");
const leaveOut = form?.querySelector("[data-leave-out]");
let pressed; // the button that waits

const names = () => allLeft().map((file) => file.name).join(", ");

const say = (words) => {
  told.textContent = words;
};

export const showProgress = (percent) => {
  if (!pressed) return;
  bar.value = percent;
  say(`${told.dataset.waiting} ${names()}`);
};

const stop = (words) => {
  pressed?.removeAttribute("aria-disabled");
  pressed = undefined;
  bar.hidden = true;
  say(words);
};

// Called when a form has sent all it could.
export const goOn = () => {
  if (!pressed || sending.size) return;
  const button = pressed;
  const refused = document.querySelector("[data-upload] .has-error");
  if (allLeft().length) {
    stop(`${told.dataset.left} ${names()}. ${told.dataset.again}`);
    leaveOut.hidden = false;
  } else if (refused) {
    stop(told.dataset.refused);
    refused.querySelector("input").focus();
  } else {
    stop("");
    form.requestSubmit(button);
  }
};

form?.addEventListener("submit", (event) => {
  if (!allLeft().length) return;
  event.preventDefault();
  pressed = event.submitter ?? form.querySelector("button.primary");
  pressed.setAttribute("aria-disabled", "true");
  leaveOut.hidden = true;
  bar.hidden = false;
  showProgress(0);
  // What failed before is tried again; what is on its way goes on.
  for (const [each, files] of left) if (files.length && !sending.has(each)) each.requestSubmit();
});

leaveOut?.addEventListener("click", () => {
  left.clear();
  form.requestSubmit();
});
