// Copies of unsent text that this browser keeps ("tc:draft:<person>:<draft>", written by autosave.js) go away
// after a day, at sign-out, and when a page says that the server has taken the text (data-draft-done).
(() => {
  "use strict";
  const DAY = 86400000;
  const mine = "tc:draft:" + (document.body.dataset.user || "") + ":";

  function keys() {
    try { return Object.keys(localStorage).filter((key) => key.startsWith("tc:draft:")); } catch (e) { return []; }
  }

  function forget(key) {
    try { localStorage.removeItem(key); } catch (e) { /* a browser that keeps nothing has nothing to forget */ }
  }

  function age(key) {
    try { return Date.now() - JSON.parse(localStorage.getItem(key)).at; } catch (e) { return DAY + 1; }
  }

  keys().filter((key) => !(age(key) <= DAY)).forEach(forget);

  document.querySelectorAll("[data-draft-done]").forEach((mark) => forget(mine + mark.dataset.draftDone));

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) keys().filter((key) => key.startsWith(mine)).forEach(forget);
  });
})();
