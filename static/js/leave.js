// A form without autosave warns before what was typed is lost, and is not sent twice by two quick presses.
// Also: a list's small selects ([data-submit]) act as soon as they are changed.
(() => {
  "use strict";
  let typed = false;
  let leaving = false;

  document.addEventListener("input", (event) => {
    if (event.target.form && "leave" in event.target.form.dataset) typed = true;
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    leaving = true;
    if (form.method !== "post") return;
    if ("sent" in form.dataset) { event.preventDefault(); return; }
    form.dataset.sent = "";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });

  window.addEventListener("pageshow", () => {
    leaving = false;
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  window.addEventListener("beforeunload", (event) => {
    if (typed && !leaving) event.preventDefault();
  });

  document.querySelectorAll("[data-apply]").forEach((button) => { button.hidden = true; });
  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select.matches("select[data-submit]") && select.form && select.form.method === "get") select.form.requestSubmit();
  });
})();
