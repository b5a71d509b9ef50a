// Finds codes as one types: an editable combobox with a list (WAI-ARIA 1.2). The markup and the address it asks are
// written in templates/macros/combo.html; without this file the field is a plain search with a button.
(() => {
  "use strict";
  const PAUSE = 200;
  const norm = (words) => words.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();

  document.querySelectorAll("[data-combo]").forEach((root) => {
    const words = root.dataset;
    const input = root.querySelector("input[type=search]");
    const list = root.querySelector("[role=listbox]");
    const chosen = root.querySelector("[data-chosen]");
    const say = root.querySelector("[data-say]");
    const chip = root.querySelector("template[data-chip]");
    const labels = new Map();
    let options = [];
    let at = -1;
    let timer = 0;
    let asked = 0;
    let answered = "";  // the words that the list answers

    root.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    input.type = "text";
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    // ---- what is chosen

    const inputs = () => Array.from(chosen.querySelectorAll("input[type=hidden]"));
    inputs().forEach((one) => labels.set(one.value, one.dataset.label));

    function tell() {
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function put(value, label) {
      if (inputs().some((one) => one.value === value)) return;
      if (!("many" in words)) chosen.replaceChildren();
      labels.set(value, label);
      const item = chip.content.firstElementChild.cloneNode(true);
      const hidden = item.querySelector("input");
      Object.assign(hidden, { name: words.name, value });
      hidden.dataset.label = label;
      item.querySelector("span").textContent = label;
      item.querySelector("button").value = words.name + ":" + value;
      item.querySelector("button .visually-hidden").textContent = words.dropWords.replace("{text}", label);
      chosen.append(item);
    }

    chosen.addEventListener("click", (event) => {
      const button = event.target.closest("[data-drop]");
      if (!button) return;
      event.preventDefault();
      const item = button.closest("li");
      say.textContent = words.removed.replace("{text}", item.querySelector("span").textContent);
      item.remove();
      input.focus();
      tell();
    });

    root.addEventListener("tc:restore", (event) => {
      chosen.replaceChildren();
      event.detail.filter(Boolean).forEach((value) => put(value, labels.get(value) || value));
      tell();
    });

    // ---- the list

    function close() {
      answered = "";
      list.hidden = true;
      list.replaceChildren();
      options = [];
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function open() {
      const box = input.getBoundingClientRect();
      const room = window.visualViewport ? window.visualViewport.height : window.innerHeight;
      list.classList.toggle("tc-combo__list--up", room - box.bottom < 320 && box.top > room - box.bottom);
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
    }

    function point(n) {
      if (!options.length) return;
      at = (n + options.length) % options.length;
      Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
      const item = list.children[at];
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }

    function take(option) {
      if (!option) return;
      clearTimeout(timer);
      asked += 1;  // what is still being looked up comes too late
      put(option.value, option.free ? option.value : option.label);
      say.textContent = words.added.replace("{text}", option.free ? option.value : option.label);
      input.value = "";
      close();
      tell();
    }

    function show(found, typed) {
      options = found.slice(0, 20);
      answered = typed;
      const same = options.some((option) => norm(option.value) === norm(typed) || norm(option.label) === norm(typed));
      if ("free" in words && !same) options.push({ value: typed, label: words.add.replace("{text}", typed), free: true });
      list.replaceChildren(...options.map((option, i) => {
        const item = document.createElement("li");
        item.id = list.id + "-" + i;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = option.label;
        if (option.hint) item.appendChild(document.createElement("small")).textContent = option.hint;
        return item;
      }));
      at = -1;
      if (!options.length) { nothing(words.foundNone); return; }
      const n = found.length;
      say.textContent = n && found[0].near ? words.foundNear.replace("{n}", n) : n === 0 ? words.foundNone : n === 1 ? words.foundOne : words.foundMany.replace("{n}", n);
      open();
    }

    function nothing(sentence) {
      const item = document.createElement("li");
      item.className = "tc-combo__none";
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
      item.setAttribute("aria-selected", "false");
      item.textContent = sentence;
      list.replaceChildren(item);
      open();
      say.textContent = sentence;
    }

    async function find() {
      const typed = input.value.trim();
      const turn = asked += 1;
      if (typed.length < 2) { close(); return; }
      try {
        // Posted: what is typed of a case must not stand in an address, which is logged on the way.
        const body = new URLSearchParams({ q: typed, csrf_token: input.form.elements.namedItem("csrf_token").value });
        const answer = await fetch(words.src, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (!answer.ok || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(String(answer.status));
        const found = await answer.json();
        if (turn === asked) show(found, typed);
      } catch (e) {
        if (turn === asked) nothing(words.lost);
      }
    }

    // ---- typing, keys, pointer

    input.addEventListener("input", (event) => {
      event.stopPropagation();
      clearTimeout(timer);
      timer = setTimeout(find, PAUSE);
      at = -1;
      input.removeAttribute("aria-activedescendant");
    });

    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (options.length) point(event.key === "ArrowDown" ? at + 1 : at < 0 ? options.length - 1 : at - 1);
        else if (event.key === "ArrowDown") find();
      } else if (event.key === "Enter") {
        // Enter in this field chooses; it never sends the form half-done, nor takes the answer to words typed before.
        event.preventDefault();
        const fresh = options.length && answered === input.value.trim();
        if (at >= 0) take(options[at]);
        else if (fresh && options[0].near) point(0);  // of what is only alike one is chosen, never taken
        else if (fresh) take(options[0]);
        else { clearTimeout(timer); find(); }
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        close();
      } else if (event.key === "Backspace" && input.value === "" && "many" in words && inputs().length) {
        chosen.lastElementChild.querySelector("[data-drop]").focus();
      }
    });

    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) take(options[Array.from(list.children).indexOf(item)]);
    });
    input.addEventListener("blur", () => setTimeout(close, 100));

    // Words that nobody chose a code for are not lost on the way on: they stand as they are.
    if ("free" in words) input.form.addEventListener("submit", () => {
      const typed = input.value.trim();
      if (typed) { put(typed, typed); input.value = ""; }
    });
  });
})();
