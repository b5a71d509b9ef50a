// Two texts of one draft side by side; the person chooses field by field. Used by autosave.js: dialog.choose(...) gives
// the values taken, by name, or null when the choice is left for later.
(() => {
  "use strict";
  const dialog = document.getElementById("dois-textos");
  if (!dialog || !dialog.showModal) return;

  // How a reader of the page knows the field: its label, or the legend of its group.
  function label(form, name) {
    const input = Array.from(form.elements).find((one) => one.name === name);
    const many = input && /^(radio|checkbox|hidden)$/.test(input.type);
    const group = form.querySelector('[data-combo][data-name="' + CSS.escape(name) + '"]') || (many && input.closest("fieldset"));
    const words = (group && group.querySelector("legend, .form-label")) || (input && input.labels && input.labels[0]);
    return words ? words.textContent.trim() : name;
  }

  function shown(form, name, values, labels) {
    const words = values.filter(Boolean).map((value) => {
      if (labels[value]) return labels[value];
      const input = Array.from(form.elements).find((one) => one.name === name && (one.options || one.value === value));
      if (!input) return value;
      if (input.options) return Array.from(input.options).filter((option) => option.value === value).map((option) => option.textContent)[0] || value;
      if (/^(radio|checkbox)$/.test(input.type)) return input.labels[0] ? input.labels[0].textContent.trim() : value;
      return input.dataset.label || value;
    });
    return words.join(", ") || dialog.dataset.empty;
  }

  function row(form, name, sides, n, labels) {
    const field = document.createElement("fieldset");
    field.className = "tc-two";
    field.appendChild(document.createElement("legend")).textContent = label(form, name);
    sides.forEach(([side, values]) => {
      const option = field.appendChild(document.createElement("label"));
      const input = option.appendChild(document.createElement("input"));
      Object.assign(input, { type: "radio", name: "texto-" + n, value: side, checked: side === "local" });
      option.appendChild(document.createElement("b")).textContent = dialog.dataset[side];
      option.appendChild(document.createElement("span")).textContent = shown(form, name, values, labels);
    });
    return field;
  }

  dialog.choose = (kind, form, names, here, there, said) => new Promise((done) => {
    dialog.querySelectorAll("[data-restore]").forEach((part) => { part.hidden = kind !== "restore"; });
    dialog.querySelectorAll("[data-conflict]").forEach((part) => { part.hidden = kind !== "conflict"; });
    if (said.who) dialog.querySelector("[data-who]").textContent = said.who;
    const place = dialog.querySelector("[data-choices]");
    place.replaceChildren(...names.map((name, n) => row(form, name, [["local", here[name] || []], ["server", there[name] || []]], n, said.labels || {})));
    dialog.returnValue = "later";
    dialog.oncancel = (event) => { if (kind === "conflict") event.preventDefault(); };
    dialog.onclose = () => {
      if (dialog.returnValue !== "take") { done(null); return; }
      const taken = {};
      names.forEach((name, n) => {
        const side = place.querySelector('input[name="texto-' + n + '"]:checked').value;
        taken[name] = (side === "local" ? here[name] : there[name]) || [];
      });
      done(taken);
    };
    dialog.showModal();
  });
})();
