// What a form still lacks is said beside its button ([data-lack]); each line goes as its field is filled in, and comes
// back when the field is emptied. The server says the same once more when the form is sent.
(() => {
  "use strict";
  const lack = document.querySelector("[data-lack]");
  if (!lack) return;
  const links = Array.from(lack.querySelectorAll("a[href^='#']"));
  const place = lack.closest("p") || lack;
  // What is hidden still describes its button: whoever has it read aloud would hear that all is lacking when nothing is.
  const described = document.querySelectorAll("[aria-describedby='" + place.id + "']");

  function filled(name) {
    const field = document.getElementById(name);
    const chosen = field && field.closest("[data-combo]");
    if (chosen) return Boolean(chosen.querySelector("[data-chosen] input"));
    return Boolean(field && field.value.trim());
  }

  function look() {
    links.forEach((link) => { link.hidden = filled(link.hash.slice(1)); });
    place.hidden = links.every((link) => link.hidden);
    const change = place.hidden ? "removeAttribute" : "setAttribute";
    described.forEach((button) => { button[change]("aria-describedby", place.id); });
  }

  document.addEventListener("input", look);
  document.addEventListener("change", look);
  look();
})();
