// Takes the eye and the keyboard to the summary of what is to be put right, and from each of its lines to the field,
// opening the folded part that the field stands in.
(() => {
  "use strict";
  const summary = document.querySelector("[data-errors]");
  if (summary) summary.focus();

  function reveal(id) {
    const field = id && document.getElementById(id);
    if (!field) return null;
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    return field;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-errors] a[href^='#'], .tc-move__lack a[href^='#'], .tc-asks a[href^='#answer_']");
    if (!link) return;
    const field = reveal(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.labels && field.labels[0] || field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  document.querySelectorAll("details .tc-bad").forEach((bad) => { bad.closest("details").open = true; });
})();
