// Names and phones are posted and stand in no address. A code may: its page, kept, is found again without the network.
const CODE = /^[a-z0-9.]+[- ]?\d{6}[- ]?\d{4}$/i;
const box = document.getElementById("q");
box.form.addEventListener("submit", () => {
  box.form.method = CODE.test(box.value.trim()) ? "get" : "post";
});
