// A procedure's calculator: a change shows the new amount in place. Without it the form loads the page anew.
(function () {
  "use strict";
  document.querySelectorAll("form[data-calculator]").forEach(function (form) {
    var place = document.getElementById(form.dataset.calculator);
    var latest = 0;
    function calculate() {
      var query = "?" + new URLSearchParams(new FormData(form));
      var mine = (latest += 1);
      fetch(query, { headers: { "X-Fragment": "1" }, credentials: "same-origin" })
        .then(function (response) { return response.ok ? response.text() : Promise.reject(response.status); })
        .then(function (html) {
          if (mine !== latest) { return; } // a later change is on its way
          place.innerHTML = html;
          history.replaceState(null, "", query + form.getAttribute("action"));
          // What was answered here is not asked again when handing in.
          document.querySelectorAll("[data-begin='" + place.id + "']").forEach(function (link) { link.search = query; });
        })
        .catch(function () { /* the button still works */ });
    }
    form.addEventListener("change", calculate);
    form.addEventListener("submit", function (event) { event.preventDefault(); calculate(); });
  });
})();
