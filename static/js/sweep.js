// Copies of unsent text that this browser keeps ("tc:draft:<person>:<draft>", written by autosave.js) go away after a day,
// at sign-out, when a page says that the server has taken the text (data-draft-done), and when a sent form was followed by
// another page of the same person that is not an error.
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

  function lastSent() {
    try {
      const key = sessionStorage.getItem("tc:sent");
      if (person) sessionStorage.removeItem("tc:sent");
      return key;
    } catch (e) { return null; }
  }

  keys().filter((key) => age(key) > DAY).forEach(forget);

  document.querySelectorAll("[data-draft-done]").forEach((mark) => {
    forget(mine + mark.dataset.draftDone);
    forget(mine + mark.dataset.draftDone + ":antes");
  });

  const sent = lastSent();
  const draft = document.querySelector("form[data-draft]");
  const back = draft && mine + draft.dataset.draft === sent;
  if (sent && person && !back && !document.querySelector(".tc-sorry")) [sent, sent + ":antes"].forEach(forget);

  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) keys().filter((key) => key.startsWith(mine)).forEach(forget);
  });
})();
