// Short news: read out once, closed by hand; news without an action or a warning goes by itself, but not under the pointer
// or while the keyboard is in it.
(() => {
  "use strict";
  const LASTS = 10000;
  const holder = document.querySelector(".tc-toasts");
  if (!holder) return;

  function watch(toast) {
    const close = toast.querySelector("[data-close]");
    close.hidden = false;
    close.addEventListener("click", () => toast.remove());
    if ("stays" in toast.dataset) return;
    let timer = 0;
    const start = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), LASTS); };
    const stop = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", start);
    start();
  }

  // What is already there when a page opens is not read out as news: put it in again.
  const waiting = Array.from(holder.querySelectorAll("[data-toast]"));
  waiting.forEach((toast) => toast.remove());
  setTimeout(() => waiting.forEach((toast) => { holder.append(toast); watch(toast); }), 150);

  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
    if (node.nodeType === 1 && node.matches("[data-toast]") && !waiting.includes(node)) watch(node);
  }))).observe(holder, { childList: true });
})();
