// A draft saves itself, and is kept in this browser until the server has it: templates/macros/draft.html tells how.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const PAUSE = 3000;
  const LONGEST_WAIT = 60000;
  const NO_ANSWER = 30000;  // a line that stands still is not an error to the browser, for a quarter of an hour
  const KEEPALIVE_ROOM = 60000;
  const NOT_TEXT = new Set(["csrf_token", "version", "draft_version", "draft_editor", "draft_marks", "sure", "seen"]);
  const url = form.dataset.autosaveUrl || "";
  const key = "tc:draft:" + (document.body.dataset.user || "") + ":" + form.dataset.draft;
  const parked = key + ":antes";
  const line = document.querySelector(".tc-saved");
  const dialog = document.getElementById("dois-textos");
  let version = Number(form.dataset.draftVersion);
  let saved = read();
  let based = true;
  let timer = 0, keepTimer = 0;
  let failures = 0;
  let saving = false;
  let unsure = false;
  let asking = false;
  let submitting = false;
  let wiped = false;
  form.autocomplete = "off";  // or the browser puts an older text back, over what another window has saved

  // ---- the form's values, by name

  // What stands in a search is no text, but for words that may go on as they are (combo.js).
  function texts() {
    const data = new FormData(form);
    form.querySelectorAll("[data-combo][data-free]").forEach((combo) => {
      const name = combo.dataset.name;
      const words = (data.get(name + "_q") || "").trim();
      if (words && !data.getAll(name).includes(words)) data.append(name, words);
    });
    Array.from(data.keys()).filter((name) => name.endsWith("_q")).forEach((name) => data.delete(name));
    return data;
  }

  function read() {
    const values = {};
    texts().forEach((value, name) => {
      if (NOT_TEXT.has(name) || typeof value !== "string") return;
      (values[name] = values[name] || []).push(value.replace(/\r\n/g, "\n"));
    });
    return values;
  }

  function full(values) {
    return (values || []).filter((value) => value !== "");
  }

  function same(a, b, name) {
    return JSON.stringify(full(a[name])) === JSON.stringify(full(b[name]));
  }

  function differing(a, b) {
    return Array.from(new Set([...Object.keys(a), ...Object.keys(b)])).filter((name) => !NOT_TEXT.has(name) && !same(a, b, name));
  }

  function dirty() {
    return differing(read(), saved).length > 0;
  }

  function has(name) {
    return name in form.elements || form.querySelector('[data-combo][data-name="' + CSS.escape(name) + '"]');
  }

  function write(name, values) {
    const combo = form.querySelector('[data-combo][data-name="' + CSS.escape(name) + '"]');
    if (combo) { combo.dispatchEvent(new CustomEvent("tc:restore", { detail: values })); return; }
    Array.from(form.elements).filter((input) => input.name === name && input.type !== "file").forEach((input, i) => {
      if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
      else if (input.multiple && input.options) Array.from(input.options).forEach((option) => { option.selected = values.includes(option.value); });
      else input.value = values[i] === undefined ? "" : values[i];
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // ---- the copy in this browser; a browser that refuses to keep one changes nothing else

  function store(place, copy) {
    try { localStorage.setItem(place, JSON.stringify(copy)); } catch (e) { /* full or refused */ }
  }

  function stored(place) {
    try { return JSON.parse(localStorage.getItem(place)); } catch (e) { return null; }
  }

  // By its version sweep.js sees whether the server took this very text; it has none while an older one is on its way.
  function keep() {
    if (wiped) return;
    const editor = form.elements.draft_editor ? form.elements.draft_editor.value : form.dataset.draftEditor || "";
    store(key, { at: Date.now(), values: read(), base: based ? saved : null, version: unsure ? null : version, editor: editor });
  }

  function forget(place) {
    clearTimeout(keepTimer);
    try { localStorage.removeItem(place); } catch (e) { /* nothing was kept */ }
  }

  // ---- what the person reads

  function say(kind, tone, changes) {
    if (!line) return;
    let words = line.dataset[kind] || "";
    Object.keys(changes || {}).forEach((name) => { words = words.replace("{" + name + "}", changes[name]); });
    const place = line.querySelector("[data-text]");
    if (place.textContent !== words) place.textContent = words;
    line.classList.remove("is-unsure", "is-bad", "is-busy");
    if (tone) line.classList.add(tone);
  }

  function clock() {
    return new Date().toTimeString().slice(0, 5);
  }

  // ---- saving

  // The form sent by its button is based on what was saved last, too.
  function standOn(values, said) {
    saved = values;
    based = true;
    version = said.version;
    if (form.elements.draft_version) form.elements.draft_version.value = version;
    if (form.elements.draft_marks && said.marks) form.elements.draft_marks.value = said.marks;
  }

  function body() {
    const data = texts();
    Array.from(data.entries()).forEach(([name, value]) => { if (typeof value !== "string") data.delete(name); });
    data.set("draft_version", version);
    return data;
  }

  function soon() {
    clearTimeout(timer);
    if (!url) return;
    timer = setTimeout(save, Math.min(PAUSE * 2 ** failures, LONGEST_WAIT));
  }

  function failed(kind) {
    failures += 1;
    keep();
    say(kind, "is-unsure");
    soon();
  }

  async function save() {
    clearTimeout(timer);
    if (!url || asking || submitting || saving || !dirty()) return;
    saving = unsure = true;
    const sent = read();
    // The words stay: a line that changed at every save would talk over what is being typed.
    if (line && !failures) line.classList.add("is-busy");
    const giveUp = new AbortController();
    const patience = setTimeout(() => giveUp.abort(), NO_ANSWER);
    try {
      const answer = await fetch(url, { method: "POST", body: body(), headers: { Accept: "application/json" }, credentials: "same-origin", signal: giveUp.signal });
      clearTimeout(patience);
      await take(answer, sent);
    } catch (e) {
      failed("offline");
    }
    clearTimeout(patience);
    saving = false;
  }

  async function take(answer, sent) {
    const json = (answer.headers.get("Content-Type") || "").includes("json");
    if (answer.status === 401 || answer.status === 403 || (answer.ok && !json)) { failed("signedOut"); return; }
    if (answer.status === 429 || answer.status >= 500) { failed("offline"); return; }
    const said = json ? await answer.json() : {};
    if (answer.status === 409) { await conflict(said); return; }
    if (!answer.ok) {
      keep();
      say("refused", "is-bad", { why: said.error || String(answer.status) });
      return;
    }
    failures = 0;
    unsure = false;
    standOn(sent, said);
    say("saved", "", { time: said.saved_at || clock() });
    if (dirty()) { keep(); soon(); } else forget(key);
  }

  // ---- two texts

  function loaded(address) {
    return new Promise((done) => {
      const script = document.head.appendChild(document.createElement("script"));
      script.onload = () => done(true);
      script.onerror = () => done(false);
      script.src = address;
    });
  }

  // What only one side changed since `base` is not asked.
  async function ask(kind, here, there, base, said) {
    const names = differing(here, there).filter(has);
    const theirs = base ? names.filter((name) => same(here, base, name)) : [];
    const both = names.filter((name) => !theirs.includes(name) && !(kind === "conflict" && base && same(there, base, name)));
    const rest = {};
    if (kind === "conflict") theirs.forEach((name) => { rest[name] = there[name] || []; });
    if (!both.length) return rest;
    if (!dialog) return null;
    if (kind === "conflict") say("conflict", "is-bad");
    asking = true;
    const able = dialog.choose || await loaded(dialog.dataset.script);
    const taken = able && dialog.choose ? await dialog.choose(kind, form, both, here, there, said) : null;
    asking = false;
    return taken && Object.assign(rest, taken);
  }

  function apply(taken) {
    Object.keys(taken).forEach((name) => write(name, taken[name]));
    if (dirty()) { keep(); soon(); return; }
    forget(key);
    say("saved", "", { time: clock() });
  }

  async function conflict(said) {
    const there = Object.assign({}, saved);
    Object.keys(said.fields || {}).forEach((name) => { there[name] = [].concat(said.fields[name] === null ? "" : said.fields[name]).map(String); });
    keep();
    const taken = await ask("conflict", read(), there, based ? saved : null, said);
    if (!taken) return;
    failures = 0;
    unsure = false;
    standOn(there, said);
    apply(taken);
  }

  async function offer() {
    for (const place of [key, parked]) {
      const copy = stored(place);
      if (!copy) continue;
      // Rows that came by a button are not on a page that opens anew.
      const homeless = Object.keys(copy.values).filter((name) => !NOT_TEXT.has(name) && !has(name));
      if (homeless.some((name) => full(copy.values[name]).length) && form.querySelector("[name=more]") && !location.search) {
        location.replace("?more=" + homeless.length);
        return;
      }
      const taken = await ask("restore", copy.values, read(), copy.base, {});
      forget(place);
      if (taken) apply(taken); else store(parked, copy);
    }
  }

  // ---- when

  // Sent, and here all the same: somebody stayed for a file that is still on its way, or stopped a page that did not come.
  function stayed() {
    submitting = wiped;
    soon();
  }

  function changed(event) {
    if (event.target.type === "file") return;
    if (event.isTrusted) submitting = wiped;
    clearTimeout(keepTimer);
    keepTimer = setTimeout(() => { if (dirty()) keep(); }, 400);
    soon();
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    submitting = true;
    if (dirty()) keep(); else forget(key);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-sign-out]")) submitting = wiped = true;
  });
  window.addEventListener("beforeunload", (event) => setTimeout(() => { if (event.defaultPrevented) stayed(); }));
  window.addEventListener("online", () => { failures = 0; save(); });
  window.addEventListener("pagehide", () => {
    if (asking || submitting || !dirty()) return;
    keep();
    if (!url) return;
    const data = body();
    const size = Array.from(data.values()).reduce((sum, value) => sum + value.length * 2, 0);
    if (size < KEEPALIVE_ROOM) fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" }, keepalive: true, credentials: "same-origin" }).catch(() => {});
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // A form that comes back shows what was typed, which the server may not have kept.
  if (document.querySelector("[data-errors]") || "draftPosted" in form.dataset) {
    saved = {};
    based = false;
    keep();
    soon();
  } else {
    offer();
  }
})();
