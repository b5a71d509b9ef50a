// Says how much room a text has left, when it matters; nothing is cut, the server refuses what is too long.
(() => {
  "use strict";
  document.querySelectorAll("[data-limit][data-for]").forEach((line) => {
    const field = document.getElementById(line.dataset.for);
    const say = line.querySelector("span");
    const limit = Number(line.dataset.limit);
    const plain = say.textContent;
    if (!field) return;

    function words(kind, n) {
      return line.dataset[kind + (n === 1 ? "One" : "Many")].replace("{n}", n.toLocaleString(document.documentElement.lang));
    }

    function show() {
      // The server counts one for a line's end, and so does `value`; characters, not halves of them.
      const left = limit - Array.from(field.value).length;
      line.classList.toggle("is-over", left < 0);
      say.textContent = left < 0 ? words("over", -left) : left <= limit / 5 ? words("left", left) : plain;
    }

    field.addEventListener("input", show);
    show();
  });
})();
