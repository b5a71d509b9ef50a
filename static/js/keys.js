// The keyboard in a list: j and k walk, Enter opens, x marks, / searches, ? shows the help; d goes to the buttons for what
// is marked and p to what is shown beside the list, which lie behind all its rows for who goes by Tab.
// The list is [data-keys]; its rows are its <li> or <tr> children with a link.
(() => {
  "use strict";
  const list = document.querySelector("[data-keys]");
  if (!list) return;
  const help = document.getElementById("atalhos");
  document.querySelectorAll("[data-keys-hint]").forEach((hint) => { hint.hidden = false; });

  const rows = () => Array.from(list.children).filter((row) => row.querySelector("a[href]"));
  const link = (row) => row.querySelector(".tc-row__name, summary") || row.querySelector("a[href]");

  function here() {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    return { all, at: at >= 0 ? at : all.findIndex((row) => row.hasAttribute("aria-current")) };
  }

  function walk(step) {
    const { all, at } = here();
    const inside = all.some((row) => row.contains(document.activeElement));
    const next = at < 0 ? 0 : inside ? at + step : at;
    if (!all[next]) return;
    link(all[next]).focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  function mark() {
    const { all, at } = here();
    const box = all[at] && all[at].querySelector("input[type=checkbox]");
    if (box) box.click();
  }

  function search() {
    const field = document.querySelector(".tc-find input[type=search]");
    if (field && field.offsetParent) field.focus();
    else { const way = document.querySelector("a.tc-icon[href*='search']"); if (way) way.click(); }
  }

  function to(place) {
    const found = Array.from(document.querySelectorAll(place)).find((one) => !one.disabled && one.offsetParent);
    if (found) found.focus();
  }

  const acts = {
    j: () => walk(1), k: () => walk(-1), x: mark, d: () => to("[data-bulk] button"),
    p: () => to("[data-preview-at] :is(a[href], button)"), "/": search, "?": () => help && help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
