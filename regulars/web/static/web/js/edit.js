/* Editing in place: double click or e opens the field, Enter and Tab keep it, Escape leaves it as it was. */
"use strict";

(() => {
  const R = window.Regulars;

  /* a cell that opens its row keeps the link: what is shown after the field goes back into it */
  const links = new Map();

  function relink() {
    for (const [cell, link] of links) {
      if (cell.isConnected && cell.querySelector(".cell-form")) continue;
      links.delete(cell);
      link.replaceChildren(...cell.childNodes);
      cell.append(link);
    }
  }
  document.addEventListener("htmx:afterSwap", relink);

  function begin(cell) {
    if (!cell || cell.querySelector(".cell-form")) return;
    const link = cell.querySelector("a[data-open]");
    if (link) links.set(cell, link.cloneNode(false));
    window.htmx.ajax("GET", cell.dataset.edit, { target: cell, swap: "innerHTML", source: cell });
  }

  function cancel(form) {
    const cell = form.closest("[data-edit]");
    form.replaceWith(form.querySelector("[data-shown]").content.cloneNode(true));
    relink();
    cell?.closest("tr, dl")?.focus?.();
  }

  R.controller("cell", (form) => {
    const input = form.querySelector("select, input:not([type=hidden])");
    /* what the server sent, not what is in the field by now: somebody quick may have typed already */
    const sent = input.matches("select") ? [...input.options].find((one) => one.defaultSelected)?.value : input.defaultValue;
    const began = sent ?? input.value;
    const inTrouble = form.querySelector("[role=alert]") !== null;
    let leaving = false;
    input.focus();
    if (input.value === began) input.select?.();

    const commit = () => {
      if (leaving) return;
      leaving = true;
      if (input.value === began && !inTrouble) cancel(form);
      else form.requestSubmit();
    };
    form.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); leaving = true; cancel(form); }
      else if (event.key === "Enter" && event.target === input) { event.preventDefault(); commit(); }
      else if (event.key === "Tab" && event.target === input && !inTrouble) {
        event.preventDefault();
        const cells = [...document.querySelectorAll("[data-edit]")].filter(R.isShown);
        const next = cells[cells.indexOf(form.closest("[data-edit]")) + (event.shiftKey ? -1 : 1)];
        commit();
        begin(next);
      }
    });
    if (input.matches("select")) input.addEventListener("change", commit);
    input.addEventListener("blur", () => { if (!inTrouble) setTimeout(commit, 0); });
    form.querySelector("[data-cancel]")?.addEventListener("click", () => { leaving = true; cancel(form); });
  });

  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-edit]");
    if (cell) { event.preventDefault(); getSelection()?.removeAllRanges(); begin(cell); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-edit]") && !event.isComposing) { event.preventDefault(); begin(event.target); }
  });
  R.command("list.edit", () => {
    const focused = document.activeElement?.closest("[data-edit]");
    const cell = focused ?? document.querySelector("#panel [data-edit]") ?? document.querySelector("#list tr.is-current [data-edit]");
    if (!cell) return false;
    begin(cell);
  });
})();
