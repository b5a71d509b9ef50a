// A shift is put elsewhere: dragged with the pointer, or by keyboard (m takes it, the arrows choose, Enter puts, Escape gives up).
// The places are [data-cell] (a day, in a week also its part), the shifts [data-shift]; what is chosen goes out as the form #mover, so
// the server decides, says what it did and how to undo it, exactly as for somebody without scripts on the page of the shift.
(() => {
  "use strict";
  const calendar = document.querySelector("[data-calendar]");
  const form = document.getElementById("mover");
  if (!calendar || !form) return;
  const say = document.querySelector("[data-drag-say]");
  const cells = Array.from(calendar.querySelectorAll("[data-cell]"));
  let taken = null;
  let over = null;

  calendar.classList.add("is-live");
  document.querySelectorAll("[data-drag-hint]").forEach((hint) => { hint.hidden = false; });
  calendar.querySelectorAll("[data-shift]").forEach((shift) => { shift.draggable = true; });

  const words = (name, filled) => form.dataset[name].replace("{name}", filled || "");
  const tell = (text) => { say.textContent = ""; setTimeout(() => { say.textContent = text; }, 30); };
  const home = (shift) => shift.closest("[data-cell]");

  function mark(cell) {
    if (over) over.classList.remove("is-over");
    over = cell;
    if (over) over.classList.add("is-over");
  }

  function take(shift) {
    taken = shift;
    shift.classList.add("is-taken");
    mark(home(shift));
  }

  function giveUp() {
    if (!taken) return;
    const shift = taken;
    taken = null;
    shift.classList.remove("is-taken");
    mark(null);
    shift.focus();
    tell(words("left"));
  }

  // In the same part of another day it keeps its hour; in another part it begins where that part is free.
  function startsIn(cell, shift) {
    const same = !cell.dataset.part || cell.dataset.part === shift.dataset.part;
    return same ? shift.dataset.starts : cell.dataset.starts;
  }

  function put(cell) {
    const shift = taken;
    if (!shift || !cell || cell === home(shift)) { giveUp(); return; }
    tell(words("moving"));
    form.action = calendar.dataset.move.replace("_", shift.dataset.shift);
    form.elements.day.value = cell.dataset.cell;
    form.elements.starts.value = startsIn(cell, shift);
    form.elements.version.value = shift.dataset.version;
    taken = null;
    form.requestSubmit();
  }

  calendar.addEventListener("dragstart", (event) => {
    const shift = event.target.closest("[data-shift]");
    if (!shift) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", shift.dataset.shift);
    take(shift);
  });
  calendar.addEventListener("dragover", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!taken || !cell) return;
    event.preventDefault();
    if (cell !== over) mark(cell);
  });
  calendar.addEventListener("drop", (event) => {
    if (!taken) return;
    event.preventDefault();
    put(event.target.closest("[data-cell]"));
  });
  calendar.addEventListener("dragend", () => { if (taken) giveUp(); });

  // The nearest place in a direction, by where the places stand on the screen: the same in a week, a month and on a phone.
  function beside(cell, key) {
    const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
    const [x, y] = middle(cell.getBoundingClientRect());
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    const found = cells.filter((one) => one !== cell && one.offsetParent).map((one) => {
      const [ox, oy] = middle(one.getBoundingClientRect());
      const along = sign * (sideways ? ox - x : oy - y);
      return { one, along, away: Math.abs(sideways ? oy - y : ox - x) };
    }).filter((place) => place.along > 4);
    found.sort((a, b) => (a.along + 3 * a.away) - (b.along + 3 * b.away));
    return found.length ? found[0].one : cell;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (!taken) {
      const shift = event.target.closest("[data-shift]");
      if (event.key !== "m" || !shift) return;
      event.preventDefault();
      take(shift);
      tell(words("taken", shift.dataset.name));
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      mark(beside(over || home(taken), event.key));
      over.scrollIntoView({ block: "nearest" }); // not while it is dragged: another place would come under the pointer
      tell(words("over", over.dataset.name));
    } else if (event.key === "Enter") {
      event.preventDefault();
      put(over);
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      giveUp();
    }
  });

  // After a move the page comes back at the shift: the keyboard goes on from there. Not before the browser has gone to
  // the place itself, which takes the focus away.
  const landed = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const link = landed && landed.querySelector("[data-shift]");
  if (link && document.readyState === "complete") link.focus();
  else if (link) window.addEventListener("load", () => setTimeout(() => link.focus(), 50));
})();
