// Copies of unsent text that this browser keeps ("tc:draft:<person>:<draft>", written by autosave.js) go away after a day,
// at sign-out, and when a page says that the server has taken the text (data-draft-done): any text of that draft, or, with
// data-version and data-editor, what the page of that name had based on an older version. That another page follows says
// nothing: a form that was sent without a line never arrived.
(() => {
  "use strict";
  const DAY = 86400000;
  const person = document.body.dataset.user || "";
  const mine = "tc:draft:" + person + ":";

  function keys() {
    try { return Object.keys(localStorage).filter((key) => key.startsWith("tc:draft:")); } catch (e) { return []; }
  }

  function forget(key) {
    try { localStorage.removeItem(key); } catch (e) { /* a browser that keeps nothing has nothing to forget */ }
  }

  function age(key) {
    try { return Date.now() - JSON.parse(localStorage.getItem(key)).at; } catch (e) { return Infinity; }
  }

  function taken(mark) {
    if (!mark.dataset.editor) return true;
    try {
      const copy = JSON.parse(localStorage.getItem(mine + mark.dataset.draftDone));
      return copy.editor === mark.dataset.editor && typeof copy.version === "number" && copy.version < Number(mark.dataset.version);
    } catch (e) { return false; }
  }

  keys().filter((key) => age(key) > DAY).forEach(forget);

  document.querySelectorAll("[data-draft-done]").forEach((mark) => {
    if (!taken(mark)) return;
    forget(mine + mark.dataset.draftDone);
    forget(mine + mark.dataset.draftDone + ":antes");
  });

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) keys().filter((key) => key.startsWith(mine)).forEach(forget);
  });
})();
