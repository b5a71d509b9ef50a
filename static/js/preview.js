// The case beside the list: on a wide screen, walking the list shows each case there; opening stays one press away.
// The list is [data-preview="address/"], its links carry data-ref; what comes goes into [data-preview-at].
(() => {
  "use strict";
  const list = document.querySelector("[data-preview]");
  const pane = document.querySelector("[data-preview-at]");
  if (!list || !pane || !window.fetch) return;
  const wide = () => pane.offsetParent !== null;
  const current = list.querySelector("[aria-current] a[data-ref]");
  let wanted = current ? current.dataset.ref : "";
  let before = wanted;

  function mark(row) {
    Array.from(list.children).forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
  }

  async function show(link) {
    const row = link.closest("li");
    wanted = link.dataset.ref;
    mark(row);
    const answer = await fetch(list.dataset.preview + wanted, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected || wanted !== link.dataset.ref) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    pane.replaceChildren(...part.body.childNodes);
  }

  const linkOf = (event) => event.target.closest("a[data-ref]");

  list.addEventListener("mousedown", () => { before = wanted; });

  list.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link && wide() && link.dataset.ref !== wanted) show(link);
  });

  // The first press chooses, one more opens; Enter always opens (a press by keyboard has no detail).
  list.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (!link || !wide() || !event.detail || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (before !== link.dataset.ref) event.preventDefault();
  });
})();
