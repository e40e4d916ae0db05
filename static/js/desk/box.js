// Names and phones are posted and stand in no address. A code may: its page, kept, is found again without the network.
(function () {
  "use strict";
  var box = document.getElementById("q");
  box.form.addEventListener("submit", function () {
    box.form.method = /^[a-z0-9.]+[- ]?\d{6}[- ]?\d{4}$/i.test(box.value.trim()) ? "get" : "post";
  });
})();
