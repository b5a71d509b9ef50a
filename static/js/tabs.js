// On a phone tabs and specialties go beyond the edge: bring the one that is open into sight, as its name says which list this is.
(() => {
  "use strict";
  document.querySelectorAll(":is(.tc-tabs, .tc-rail) a[aria-current]").forEach((tab) => {
    const bar = tab.closest("ul");
    bar.scrollLeft += tab.getBoundingClientRect().right - bar.getBoundingClientRect().right + tab.offsetWidth / 2;
  });
})();
