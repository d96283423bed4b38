/* The org chart: a card dropped on another reports to it from now on. The arrow on the card does the same by keyboard. */
"use strict";

(() => {
  const R = window.Regulars;

  R.controller("kinship", (page) => {
    let dragged = null;
    const card = (event) => event.target.closest?.(".org-card[data-person]");
    const clear = () => { for (const one of page.querySelectorAll(".is-target, .is-dragged")) one.classList.remove("is-target", "is-dragged"); };

    page.addEventListener("dragstart", (event) => {
      dragged = card(event);
      if (!dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.dataset.person);
      dragged.classList.add("is-dragged");
    });
    page.addEventListener("dragover", (event) => {
      const over = card(event);
      if (!dragged || !over || over === dragged) return;
      event.preventDefault();
      if (over.classList.contains("is-target")) return;
      for (const one of page.querySelectorAll(".is-target")) one.classList.remove("is-target");
      over.classList.add("is-target");
    });
    page.addEventListener("drop", (event) => {
      const over = card(event);
      if (!dragged || !over || over === dragged) return;
      event.preventDefault();
      window.htmx.ajax("POST", dragged.dataset.move, { values: { superior: over.dataset.person }, target: "#ask", swap: "innerHTML", source: dragged });
    });
    page.addEventListener("dragend", () => { clear(); dragged = null; });
    page.addEventListener("change", (event) => { event.target.closest("[data-submits]")?.requestSubmit(); });
  });
})();
