// For the staff pages: keys, and time that runs down while a page is looked at. Without it every page still works.
"use strict";

(() => {
  const SWITCH = "followup-keys";
  const on = () => localStorage.getItem(SWITCH) !== "off";

  // --- keys: letters do something only outside of boxes, and can be turned off (WCAG 2.1.4) ---

  const items = () => [...document.querySelectorAll("[data-item]")];

  function move(step) {
    const all = items();
    if (!all.length) return;
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  function take() {
    const card = document.activeElement.closest("article.card") || document.querySelector("main article.card[data-open]");
    const button = card && card.querySelector('form[action$="/take"] button');
    if (button) button.click();
  }

  function toClose() {
    const first = document.querySelector('form[action$="/close"] select, form[action$="/close"] input:not([type="hidden"])');
    if (first) first.focus();
  }

  const follow = (selector) => {
    const link = document.querySelector(selector);
    if (link) link.click();
  };

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    t: take,
    c: toClose,
    n: () => follow('a[rel="next"]'),
    b: () => follow('nav a[href="/staff"]'),
    l: () => follow('nav a[href="/staff/lists"]'),
    i: () => follow('nav a[href="/staff/inbox"]'),
  };

  document.addEventListener("keydown", (event) => {
    if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const button = document.getElementById("keys-switch");
  if (button) {
    const tell = () => {
      button.textContent = on() ? "Keys are on" : "Keys are off";
      button.setAttribute("aria-pressed", String(on()));
    };
    button.hidden = false;
    tell();
    button.addEventListener("click", () => {
      localStorage.setItem(SWITCH, on() ? "off" : "on");
      tell();
    });
  }

  // --- a form is sent once, however often its button is pressed ---

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  });

  // --- a page that should renew itself and cannot must say so: an old board looks like a calm one ---

  const PATIENCE = 10000; // milliseconds
  const stale = document.getElementById("stale");
  let heard = performance.now();

  const hear = () => {
    heard = performance.now();
    if (stale) stale.hidden = true;
  };
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail?.ctx?.response?.status < 400) hear();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) heard = performance.now(); // windows out of sight ask less often
  });

  function tellWhenStale() {
    const renews = document.querySelector('[hx-trigger^="every"]');
    if (stale && renews && performance.now() - heard > PATIENCE) stale.hidden = false;
  }

  // --- the tab says how many alerts wait ---

  const title = document.title;

  function tellInTab() {
    const board = document.getElementById("board");
    const waiting = board ? Number(board.dataset.waiting) : 0;
    document.title = waiting ? `(${waiting}) ${title}` : title;
  }

  // --- time that runs down: the server says how much was left, this window counts from then ---

  const shown = new WeakMap();

  function tick() {
    tellWhenStale();
    tellInTab();
    for (const mark of document.querySelectorAll("[data-left]")) {
      const left = mark.dataset.left;
      let known = shown.get(mark);
      if (!known || known.left !== left) {
        known = { left, at: performance.now() };
        shown.set(mark, known);
      }
      const seconds = Math.round(Number(left) - (performance.now() - known.at) / 1000);
      const size = Math.abs(seconds);
      const clock = `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
      mark.textContent = seconds >= 0 ? `${clock} left` : `late by ${clock}`;
      mark.classList.toggle("late", seconds < 0);
    }
  }

  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", tick);
})();
