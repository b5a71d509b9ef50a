// Asks before doing: [data-confirm] on a form, or on one of its buttons. Also opens any dialog by [data-open="id"].
// Says yes by adding sure=1, so that the server, which asks on a page of its own when scripts are off, does not ask again.
(() => {
  "use strict";
  const dialog = document.getElementById("confirma");

  document.querySelectorAll("[data-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
  });
  if (!dialog || !dialog.showModal) return;
  const yes = dialog.querySelector("[data-yes]");
  const text = dialog.querySelector("[data-confirm-text]");

  function ask(asker, then) {
    dialog.querySelector("h2").textContent = asker.dataset.confirm;
    text.textContent = asker.dataset.confirmText || "";
    text.hidden = !text.textContent;
    yes.textContent = asker.dataset.confirmYes || yes.dataset.yes;
    dialog.returnValue = "no";
    dialog.onclose = () => { if (dialog.returnValue === "yes") then(); };
    dialog.showModal();
  }

  function field(form, name, value) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    const asker = button && button.dataset.confirm ? button : form.dataset.confirm ? form : null;
    if (!asker || "sure" in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(asker, () => {
      field(form, "sure", "1");
      form.dataset.sure = "";
      form.requestSubmit(button || undefined);
      delete form.dataset.sure;
    });
  }, true);
})();
