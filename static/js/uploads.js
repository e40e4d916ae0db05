// Papers are sent as soon as they are chosen, one by one with their progress shown: a line that breaks costs one file,
// and the button goes on with those that are left. What was refused is said where it was chosen. Photos are made smaller first (photos.js). The page stays: only its
// list of papers is read anew, so that what was chosen elsewhere on it is kept. Without this script the button sends all.
import { prepared } from "./photos.js";
import { solve } from "./proof.js";

const TAKEN = 204;
const REFUSED = 422;
const PROOF_WANTED = 428;
const waiting = new WeakMap(); // form → files that are left
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
      if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
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
  if (answer.status < 400) location.assign(answer.responseURL); // led elsewhere: this page is over
  throw new Error(String(answer.status));
};

const showFaults = (form, faults) => {
  const place = form.querySelector("[data-faults]");
  const lines = faults.map((fault) => Object.assign(document.createElement("div"), { textContent: fault }));
  place.replaceChildren(...lines);
  place.closest(".field").classList.toggle("has-error", faults.length > 0);
};

// The list of papers, as the server shows it now; everything else on the page stays.
const readAnew = async () => {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const area = document.querySelector(AREA);
  const [before, after] = [area.querySelectorAll("form"), page.querySelectorAll(`${AREA} form`)];
  const focused = [...before].findIndex((form) => form.contains(document.activeElement));
  area.replaceChildren(...page.querySelector(AREA).childNodes);
  if (focused >= 0) after[Math.min(focused, after.length - 1)]?.querySelector("input:not([type=hidden]), button")?.focus();
};

const sendAll = async (form) => {
  const bar = form.querySelector("progress");
  const told = form.querySelector("[data-told]");
  const files = waiting.get(form);
  if (!bar.hidden) return; // already at it
  if (!files.length) return showFaults(form, [told.dataset.none]);
  const faults = [];
  showFaults(form, faults);
  bar.hidden = false;
  try {
    let count = 0;
    for (; files.length; files.shift()) {
      bar.value = 0;
      told.textContent = `${told.dataset.sending} ${files[0].name}`;
      const fault = await sendOne(form, await prepared(files[0]));
      if (fault) faults.push(fault);
      else count += 1;
    }
    const place = [...document.querySelectorAll("[data-upload]")].indexOf(form);
    await readAnew();
    const now = document.querySelectorAll("[data-upload]")[place];
    if (!now) return;
    showFaults(now, faults);
    now.querySelector("[data-told]").textContent = count ? told.dataset[faults.length ? "some" : "sent"] : "";
  } catch {
    bar.hidden = true;
    showFaults(form, faults);
    told.textContent = told.dataset.failed;
  }
};

const chosen = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-upload]");
  if (!form || event.target.type !== "file") return;
  const isBusy = !form.querySelector("progress").hidden;
  waiting.set(form, isBusy ? [...waiting.get(form), ...event.target.files] : chosen(form));
  sendAll(form);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-upload]")) {
    event.preventDefault();
    if (!waiting.get(form)?.length) waiting.set(form, chosen(form));
    sendAll(form);
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
