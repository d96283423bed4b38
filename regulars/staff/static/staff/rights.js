/* The table of rights: one cell is in the order of Tab, the arrow keys walk to the others. */
"use strict";

(() => {
  const R = window.Regulars;

  R.controller("rights", (form) => {
    const rows = [...form.querySelectorAll("tbody tr")].map((row) => [...row.cells].slice(1)).filter((cells) => cells.length);
    const buttons = [...form.querySelectorAll("button.right")];
    const here = buttons.find((one) => one === document.activeElement) ?? buttons.find(R.isShown);
    const enter = (button) => { for (const one of buttons) one.tabIndex = one === button ? 0 : -1; };
    enter(here);

    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    form.addEventListener("focusin", (event) => { if (event.target.matches("button.right")) enter(event.target); });
    form.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (!step || !event.target.matches("button.right")) return;
      event.preventDefault();
      let row = rows.findIndex((cells) => cells.includes(event.target.closest("td")));
      let column = rows[row].indexOf(event.target.closest("td"));
      for (;;) {
        row += step[0];
        column += step[1];
        const cell = rows[row]?.[column];
        if (!cell) return;
        const next = cell.querySelector("button.right");
        if (next && R.isShown(next)) { next.focus(); return; }
      }
    });
  });
})();
