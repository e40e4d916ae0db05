// Names and phones are posted and stand in no address. A code may: its page, kept, is found again without the network.
const CODE = /^[a-z][a-z0-9.]+[- ]?\d{6}[- ]?\d{4}$/i;
const box = document.getElementById("q");
box.form.addEventListener("submit", (event) => {
  if (!box.value.trim()) {
    event.preventDefault(); // nothing is looked for: the list stays as it was filtered
    return;
  }
  const isCode = CODE.test(box.value.trim());
  box.form.method = isCode ? "get" : "post";
  box.form.csrfmiddlewaretoken.disabled = isCode; // a secret of the session stands in no address
});
