// A menu made of <details data-menu> closes on Escape, on a click elsewhere, and when the keyboard leaves it.
(() => {
  "use strict";
  const menus = Array.from(document.querySelectorAll("details[data-menu]"));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus.filter((menu) => menu.open).forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  document.addEventListener("click", (event) => {
    menus.filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
  });

  menus.forEach((menu) => menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  }));
})();
