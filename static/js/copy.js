// Copies what a field holds: a button [data-copy="id"], which says it is done by its own words and to readers of the screen.
(() => {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    const say = document.querySelector("[data-copy-say]");
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      field.select();
      try {
        if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
        else document.execCommand("copy");
      } catch (_refused) {
        return; // it stands there selected, to be copied by hand
      }
      button.querySelector("span").textContent = button.dataset.done;
      if (say) say.textContent = button.dataset.done;
    });
  });
})();
