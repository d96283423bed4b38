/* Selecting rows and doing one thing to all of them. */
"use strict";

(() => {
  const R = window.Regulars;
  const LONG_PRESS_MS = 500;
  let last = null;
  let wholeView = false;

  const rows = () => [...document.querySelectorAll("#list tbody tr[data-pk]")];
  const box = (row) => row.querySelector(".tick input");
  const picked = () => rows().filter((row) => box(row).checked);
  const current = () => document.querySelector("#list tr.is-current");

  function set(row, on) {
    box(row).checked = on;
    row.classList.toggle("is-selected", on);
  }

  function extend(to, on = true) {
    const all = rows();
    const ends = [all.indexOf(last ?? to), all.indexOf(to)].sort((a, b) => a - b);
    for (const row of all.slice(Math.max(ends[0], 0), ends[1] + 1)) set(row, on);
  }

  function show() {
    const bar = document.querySelector("[data-selection]");
    if (!bar) return;
    const count = picked().length;
    if (count < rows().length) wholeView = false;
    bar.hidden = count === 0;
    document.querySelector("#list .table")?.classList.toggle("has-selection", count > 0);
    const all = bar.querySelector("[data-all-in-view]");
    all.hidden = wholeView;
    bar.querySelector("[data-count]").textContent = wholeView ? all.textContent : R.say("selected", { n: count });
    const head = document.querySelector("#list [data-all]");
    if (head) { head.checked = count > 0 && count === rows().length; head.indeterminate = count > 0 && count < rows().length; }
  }

  function clear() {
    wholeView = false;
    for (const row of rows()) set(row, false);
    show();
  }

  function act(button) {
    const values = wholeView ? { scope: "view" } : { pk: picked().map((row) => row.dataset.pk) };
    const asks = button.hasAttribute("data-asks");
    window.htmx.ajax("POST", button.dataset.bulk, { values, source: button, target: asks ? "#ask" : "body", swap: asks ? "innerHTML" : "none" })
      .then(() => { if (asks) document.getElementById("ask").showModal(); });
  }

  const toggle = (row, extending) => {
    const on = !box(row).checked;
    if (extending) extend(row); else set(row, on);
    last = row;
    show();
  };
  R.command("list.select", () => { const row = current(); if (!row) return false; toggle(row, false); });
  R.command("list.extend", () => { const row = current(); if (!row) return false; toggle(row, true); });
  R.command("close", () => { if (!picked().length) return false; clear(); });

  R.controller("list", (element) => {
    last = null;
    wholeView = false;
    element.addEventListener("click", (event) => {
      const tick = event.target.closest("tbody .tick");
      if (tick) {
        const row = tick.closest("tr");
        if (event.target === box(row)) row.classList.toggle("is-selected", box(row).checked); else set(row, !box(row).checked);
        if (event.shiftKey) extend(row, box(row).checked);
        last = row;
        show();
      } else if (event.target.matches("[data-all]")) {
        for (const row of rows()) set(row, event.target.checked);
        show();
      } else if (event.target.closest("[data-all-in-view]")) {
        for (const row of rows()) set(row, true);
        wholeView = true;
        show();
      } else if (event.target.closest("[data-clear]")) clear();
      else if (event.target.closest("[data-bulk]")) act(event.target.closest("[data-bulk]"));
    });
    let timer = 0;
    const stop = () => clearTimeout(timer);
    element.addEventListener("pointerdown", (event) => {
      const row = event.pointerType === "touch" && event.target.closest("tbody tr[data-pk]");
      if (row) timer = setTimeout(() => toggle(row, false), LONG_PRESS_MS);
    });
    for (const name of ["pointerup", "pointermove", "pointercancel", "scroll"]) element.addEventListener(name, stop, { passive: true });
    element.addEventListener("htmx:afterSettle", () => {
      if (wholeView) for (const row of rows()) set(row, true);
      show();
    });
    show();
  });
})();
