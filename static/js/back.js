// What the browser puts back into a text by itself, on the way back or in a tab opened again, stays with who typed it and with
// what it was typed over: somebody else does not find it, and where the page is newer by now it goes out with the version of
// then, so that the server says what changed, as to a page left open. Choices and lines are not put back (autocomplete="off"),
// nor what autosave.js keeps.
(() => {
  "use strict";
  const who = document.body.dataset.user || "";
  const forms = Array.from(document.forms).filter((form) => form.querySelector("textarea") && form.elements.version && !form.dataset.draft);
  const place = (form) => new URL(form.getAttribute("action") || "", location.href).pathname;
  const typed = (form) => Array.from(form.querySelectorAll("textarea")).some((text) => text.value !== text.defaultValue);

  // The browser puts back after all scripts and before this.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) return;
    let before = (history.state && history.state.page) || null;
    let rest = history.state;
    if (before && before.who !== who) {
      Array.from(document.forms).forEach((form) => form.reset());
      before = rest = null;
    }
    const versions = {};
    forms.forEach((form) => {
      const shown = before && before.versions[place(form)];
      if (shown && typed(form)) form.elements.version.value = shown;
      versions[place(form)] = form.elements.version.value;
    });
    history.replaceState(Object.assign({}, rest, { page: { who: who, versions: versions } }), "");
  });
})();
