// A form without autosave warns before what was typed is lost, and is not sent twice by two quick presses.
// What is said only to who has no scripts ([data-scriptless]) is hidden.
// Also: a list's small selects ([data-submit]) act as soon as they are changed.
(() => {
  "use strict";
  const typed = new Set();
  let leaving = null;

  document.addEventListener("input", (event) => {
    if (event.target.form && "leave" in event.target.form.dataset) typed.add(event.target.form);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog") return;
    leaving = form;
    if (form.method !== "post") return;
    if ("sent" in form.dataset) { event.preventDefault(); return; }
    form.dataset.sent = "";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });

  window.addEventListener("pageshow", () => {
    leaving = null;
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
  });

  // Whoever was asked and stayed, for a file on its way (upload.js), may press again at once.
  window.addEventListener("beforeunload", (event) => {
    const form = leaving;
    setTimeout(() => { if (form && event.defaultPrevented) delete form.dataset.sent; });
  });

  // The search of the bar takes nothing along of what was typed. Signing out asks nothing: a shared computer may be left.
  window.addEventListener("beforeunload", (event) => {
    if (typed.size - typed.has(leaving) === 0 || (leaving && "signOut" in leaving.dataset)) return;
    if (leaving) delete leaving.dataset.sent;
    leaving = null;
    event.preventDefault();
  });

  document.querySelectorAll("[data-apply], [data-scriptless]").forEach((part) => { part.hidden = true; });
  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select.matches("select[data-submit]") && select.form && select.form.method === "get") select.form.requestSubmit();
  });
})();
