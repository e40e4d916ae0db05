// Papers are sent as soon as they are chosen, one by one with their progress shown: a line that breaks costs one file,
// and the button goes on with those that are left. What was refused is said where it was chosen. Photos are made
// smaller first (photos.js). The page stays: only its list of papers is read anew, so that what was chosen elsewhere on
// it is kept. What goes on from the page waits until all are there (going-on.js). Without this script the button sends.
import { left, of, sending } from "./files-left.js";
import { prepared } from "./photos.js";
import { solve } from "./proof.js";
import { goOn, showProgress } from "./going-on.js";

const TAKEN = 204;
const REFUSED = 422;
const PROOF_WANTED = 428;
const AREA = "[data-papers]";

const post = (form, file, proof) =>
  new Promise((sent, failed) => {
    const body = new FormData(form);
    body.set("files", file, file.name);
    const bar = form.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    if (proof) request.setRequestHeader("X-Proof", proof);
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      showProgress(bar.value);
    });
    request.addEventListener("load", () => sent(request));
    request.addEventListener("error", failed);
    request.send(body);
  });

// What is wrong with the file, in the server's words; "" for one that was taken.
const sendOne = async (form, file) => {
  let answer = await post(form, file);
  if (answer.status === PROOF_WANTED) answer = await post(form, file, await solve(answer.responseText));
  if (answer.status === TAKEN) return "";
  if (answer.status === REFUSED) return answer.responseText;
  if (answer.status < 400) {
    left.clear(); // nobody is asked whether to leave
    location.assign(answer.responseURL); // led elsewhere: this page is over
  }
  throw new Error(String(answer.status));
};

const showFaults = (form, faults) => {
  const place = form.querySelector("[data-faults]");
  const lines = faults.map((fault) => Object.assign(document.createElement("div"), { textContent: fault }));
  place.replaceChildren(...lines);
  place.closest(".field").classList.toggle("has-error", faults.length > 0);
};

// The list of papers, as the server shows it now. The forms that send stay: one may be at it, or hold what is left.
const readAnew = async () => {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const area = document.querySelector(AREA);
  const focused = document.activeElement;
  const place = [...area.querySelectorAll("form")].findIndex((form) => form.contains(focused));
  const kept = [...area.querySelectorAll("[data-upload]")];
  page.querySelectorAll(`${AREA} [data-upload]`).forEach((form, number) => form.replaceWith(kept[number]));
  area.replaceChildren(...page.querySelector(AREA).childNodes);
  const forms = area.querySelectorAll("form");
  const next = forms[Math.min(place, forms.length - 1)];
  if (place >= 0) (area.contains(focused) ? focused : next?.querySelector("input:not([type=hidden]), button"))?.focus();
};

const sendAll = async (form) => {
  if (sending.has(form)) return; // at it: it takes what came meanwhile, too
  const [bar, told, button] = ["progress", "[data-told]", "button"].map((part) => form.querySelector(part));
  const files = of(form);
  const faults = [];
  let count = 0;
  let words = "";
  sending.add(form);
  showFaults(form, faults);
  button.hidden = true;
  bar.hidden = false;
  try {
    while (files.length) {
      bar.value = 0;
      told.textContent = `${told.dataset.sending} ${files[0].name}`;
      showProgress(0);
      const fault = await sendOne(form, await prepared(files[0]));
      files.shift();
      if (fault) faults.push(fault);
      else count += 1;
    }
    if (count) words = told.dataset[faults.length ? "some" : "sent"];
    form.reset();
  } catch {
    words = told.dataset.failed;
    button.hidden = false;
  }
  sending.delete(form);
  try {
    if (count) await readAnew();
  } catch {
    // They are there; the list is right when the page is opened again.
  }
  bar.hidden = true;
  told.textContent = words;
  showFaults(form, faults);
  goOn();
};

const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form || event.target.type !== "file") return;
  of(form).push(...event.target.files);
  sendAll(form);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-upload]")) {
    event.preventDefault();
    if (of(form).length) sendAll(form);
  } else if (form.matches(`${AREA} form`)) {
    // A paper taken back: the same without a file.
    event.preventDefault();
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      await readAnew();
    } catch {
      form.submit();
    }
  }
});

// A form sends by itself now: its button is for what could not be sent. What was chosen before this script was here goes.
for (const form of document.querySelectorAll("[data-upload]")) {
  form.querySelector("button").hidden = true;
  of(form).push(...chosen(form));
  if (of(form).length) sendAll(form);
}
