// On a phone tabs go beyond the edge: bring the one that is open into sight, as its name says which list this is.
(() => {
  "use strict";
  document.querySelectorAll(".tc-tabs a[aria-current]").forEach((tab) => {
    const bar = tab.closest(".tc-tabs");
    bar.scrollLeft += tab.getBoundingClientRect().right - bar.getBoundingClientRect().right + tab.offsetWidth / 2;
  });
})();
