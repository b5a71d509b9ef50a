// Sends several files at once, each with its own bar: chosen, dropped or from the camera. The address and the words are on
// the form (templates/macros/files.html). A file that is refused is named; the others are kept. One whose line was lost
// goes on by itself when the line is back, as a draft does: the server keeps once what comes twice.
(() => {
  "use strict";
  const STANDS_STILL = 60000;  // a line that does is not an error to the browser, for a quarter of an hour
  const CHECKING = 180000;  // the server looks at a large file, and has it looked at
  const SLOWEST = 20;  // bytes a millisecond of a line that is slow and lives
  const ON_THE_WAY = 6000000;  // so much the system or a proxy takes at once, and nothing is heard while the line has it
  const PAUSE = 3000;
  const LONGEST_WAIT = 60000;
  const NO_ANSWER = 30000;
  const BY_ITSELF = 3;  // so often a file is sent again unasked; one that something on the way cuts each time would cost a line by the megabyte
  const AT_ONCE = 1;  // pages of an exam stand in the order in which they were chosen; two would only share a bad line

  document.querySelectorAll("form[data-upload]").forEach((form) => {
    const words = form.dataset;
    const drop = form.querySelector(".tc-drop");
    const list = form.querySelector("[data-list]");
    const say = form.querySelector("[data-say]");
    const row = form.querySelector("template[data-row]");
    const strip = document.getElementById(words.strip);
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    const waiting = [];
    const refused = new Map();
    const lost = new Set();
    let timer = 0;
    let failures = 0;
    let going = 0;
    let done = 0;

    form.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    const plain = form.previousElementSibling;
    if (plain && plain.matches("[data-upload-plain]")) plain.hidden = true;
    document.querySelectorAll("[data-upload-scripted]").forEach((part) => { part.hidden = false; });
    form.hidden = false;
    drop.classList.add("is-live");
    const chooser = drop.querySelector("input[multiple]");
    chooser.classList.add("visually-hidden");

    // ---- one file

    function line(file) {
      const item = row.content.firstElementChild.cloneNode(true);
      item.querySelector(".tc-sending__name").textContent = file.name;
      item.querySelector("[data-cancel-one] .visually-hidden").textContent = words.cancel.replace("{name}", file.name);
      item.querySelector("[data-retry-one]").setAttribute("aria-label", words.retry.replace("{name}", file.name));
      item.querySelector("progress").setAttribute("aria-label", file.name);
      list.append(item);
      return item;
    }

    function add(file) {
      const job = { file, item: line(file), request: null, again: 0 };
      job.item.querySelector("[data-cancel-one]").addEventListener("click", () => cancel(job));
      job.item.querySelector("[data-retry-one]").addEventListener("click", () => { job.again = 0; queue(job); });
      queue(job);
    }

    function queue(job) {
      refused.delete(job);
      lost.delete(job);
      job.still = false;
      job.item.className = "tc-sending__row";
      show(job, words.waiting, 0);
      toggle(job, true);
      waiting.push(job);
      next();
    }

    function toggle(job, running) {
      job.item.querySelector("[data-cancel-one]").hidden = !running;
      job.item.querySelector("[data-retry-one]").hidden = running;
      job.item.querySelector("progress").hidden = !running;
    }

    function show(job, sentence, part) {
      job.item.querySelector("[data-state]").textContent = sentence;
      const bar = job.item.querySelector("progress");
      if (part === null) bar.removeAttribute("value"); else bar.value = part * 100;
    }

    function cancel(job) {
      const at = waiting.indexOf(job);
      if (at >= 0) waiting.splice(at, 1);
      if (at >= 0 || lost.delete(job)) bad(job, words.cancelled); else if (job.request) job.request.abort();
    }

    function bad(job, sentence, unfit) {
      job.item.classList.add("is-bad");
      show(job, sentence, 0);
      toggle(job, false);
      job.item.querySelector("[data-retry-one]").hidden = Boolean(unfit);
      refused.set(job, job.file.name + ": " + sentence);
      tell(refused.get(job));
    }

    function count() {
      return done === 1 ? words.doneOne : done && words.doneMany.replace("{n}", done);
    }

    // What is said last is what a screen reader is left with: at the end it is how many came, and which did not.
    function tell(sentence) {
      const all = [count(), ...refused.values()].filter(Boolean);
      say.textContent = waiting.length ? sentence : all.map((one) => one.replace(/\.?$/, ".")).join(" ");
    }

    // ---- when the line is back

    function lose(job) {
      lost.add(job);
      bad(job, job.again < BY_ITSELF ? words.lost : words.givenUp);
      job.item.querySelector("[data-cancel-one]").hidden = false;
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(knock, Math.min(PAUSE * 2 ** failures, LONGEST_WAIT));
      failures += 1;
    }

    // Nothing of a file is sent to learn that the line is back.
    async function knock() {
      if (!resting().length || going || waiting.length) return;
      const giveUp = new AbortController();
      const enough = setTimeout(() => giveUp.abort(), NO_ANSWER);
      try {
        await fetch(words.knock, { method: "HEAD", cache: "no-store", signal: giveUp.signal });
        goOn();
      } catch (e) {
        soon();
      }
      clearTimeout(enough);
    }

    function resting() {
      return Array.from(lost).filter((job) => job.again < BY_ITSELF);
    }

    function goOn() {
      clearTimeout(timer);
      resting().forEach((job) => { job.again += 1; queue(job); });
    }

    window.addEventListener("online", () => {
      failures = 0;
      lost.forEach((job) => { job.again = 0; });
      goOn();
    });

    // ---- sending

    function patience(job, longest) {
      clearTimeout(job.patience);
      const goesOut = Math.min(job.file.size, ON_THE_WAY) / SLOWEST;
      job.patience = setTimeout(() => { job.still = true; job.request.abort(); }, longest + goesOut);
    }

    function next() {
      while (going < AT_ONCE && waiting.length) send(waiting.shift());
    }

    function send(job) {
      const request = job.request = new XMLHttpRequest();
      going += 1;
      request.open("POST", words.uploadUrl);
      // Not in the address: it is written to logs on the way, and a name often holds a person's.
      request.setRequestHeader("X-File-Name", encodeURIComponent(job.file.name));
      request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
      request.setRequestHeader("Content-Type", job.file.type || "application/octet-stream");
      request.setRequestHeader("Accept", "text/html, application/json");
      request.upload.addEventListener("progress", (event) => {
        patience(job, STANDS_STILL);
        if (event.lengthComputable) show(job, words.sending.replace("{percent}", percent.format(event.loaded / event.total)), event.loaded / event.total);
      });
      request.upload.addEventListener("load", () => { patience(job, CHECKING); show(job, words.checking, null); });
      request.addEventListener("load", () => finish(job, request));
      request.addEventListener("error", () => lose(job));
      request.addEventListener("abort", () => { if (job.still) lose(job); else bad(job, words.cancelled); });
      request.addEventListener("loadend", () => { clearTimeout(job.patience); going -= 1; next(); if (!going && resting().length) soon(); });
      patience(job, STANDS_STILL);
      request.send(job.file);
    }

    function finish(job, request) {
      const kind = request.getResponseHeader("Content-Type") || "";
      if (request.status === 201) {
        arrived(job, kind.includes("html") ? request.responseText : "");
      } else if (request.status === 401 || request.status === 403 || request.status === 200) {
        bad(job, words.signedOut);
      } else {
        const said = reason(request, kind);
        // Of a file that can never be taken it is not offered to send it again.
        bad(job, said.error || ({ 413: words.tooBig, 507: words.full })[request.status] || words.refused, said.unfit);
      }
    }

    function reason(request, kind) {
      if (!kind.includes("json")) return {};
      try { return JSON.parse(request.responseText); } catch (e) { return {}; }
    }

    function arrived(job, html) {
      job.item.remove();
      failures = 0;
      // What is sent twice is kept once: its line may stand here already.
      if (strip && html && !strip.innerHTML.includes((html.match(/href="[^"]+"/) || [])[0])) {
        strip.insertAdjacentHTML("beforeend", html);
        const panel = strip.closest("section");
        const count = panel && panel.querySelector(".tc-title .tc-count");
        if (count) count.textContent = strip.children.length;
      }
      done += 1;
      tell(count());
      form.dispatchEvent(new CustomEvent("tc:uploaded", { bubbles: true, detail: { name: job.file.name } }));
    }

    // ---- where files come from

    form.addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      Array.from(event.target.files).forEach(add);
      event.target.value = "";
    });

    form.addEventListener("submit", (event) => event.preventDefault());

    ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    }));
    ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => drop.classList.remove("is-over")));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      Array.from(event.dataTransfer.files).forEach(add);
    });

    window.addEventListener("beforeunload", (event) => { if (going || waiting.length || lost.size) event.preventDefault(); });
  });
})();
