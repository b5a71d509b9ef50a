// Marks in a list: one box for all, and how many are marked, said as it changes. Who comes back by the browser's button finds
// marked what they had marked, by what it is: the browser goes by the place in the list, where another row may stand by now.
(() => {
  "use strict";
  document.querySelectorAll("[data-bulk]").forEach((bar) => {
    const form = bar.closest("form");
    const say = bar.querySelector("[data-bulk-say]");
    const all = form.querySelector("[data-bulk-all]");
    const boxes = () => Array.from(form.querySelectorAll(".tc-rows input[type=checkbox], tbody input[type=checkbox]"));
    const buttons = Array.from(bar.querySelectorAll("button:not([data-always])"));

    const always = bar.querySelector("button[data-always]");

    function fill(button, filled) {
      button.classList.toggle("btn-primary", filled);
      button.classList.toggle("btn-secondary", !filled);
    }

    function show() {
      const n = boxes().filter((box) => box.checked).length;
      say.textContent = n === 0 ? bar.dataset.none : n === 1 ? bar.dataset.one : bar.dataset.many.replace("{n}", n);
      buttons.forEach((button) => { button.disabled = n === 0; });
      if (always) { // whoever has marked some wants those: the filled button is theirs
        buttons.forEach((button) => fill(button, n > 0));
        fill(always, n === 0);
      }
      if (all) {
        const box = all.querySelector("input");
        box.checked = n > 0 && n === boxes().length;
        box.indeterminate = n > 0 && !box.checked;
      }
    }

    if (all) {
      all.hidden = false;
      all.querySelector("input").addEventListener("change", (event) => {
        boxes().forEach((box) => { box.checked = event.target.checked; });
        show();
      });
    }
    function keep() {
      const marked = boxes().filter((box) => box.checked).map((box) => box.value);
      history.replaceState(Object.assign({}, history.state, { marked: marked }), "");
    }

    const before = (history.state && history.state.marked) || [];
    boxes().filter((box) => before.includes(box.value)).forEach((box) => { box.checked = true; });
    form.addEventListener("change", () => { show(); keep(); });
    window.addEventListener("pageshow", show);
    show();
  });
})();
