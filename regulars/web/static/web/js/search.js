/* The search page: j and k walk through what was found, Enter opens it. */
"use strict";

(() => {
  const R = window.Regulars;

  R.controller("finder", (page) => {
    const field = page.querySelector("input[type=search]");
    const lines = () => [...page.querySelectorAll(".found-line")];
    const walk = (step) => {
      const all = lines();
      if (!all.length) return false;
      const at = all.indexOf(document.activeElement);
      const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
      all[to].focus();
      all[to].scrollIntoView({ block: "nearest" });
    };
    R.command("list.next", () => walk(1));
    R.command("list.previous", () => walk(-1));
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "ArrowDown") { event.preventDefault(); walk(1); }
      if (event.key === "Enter" && lines().length) { event.preventDefault(); lines()[0].click(); }
    });
    page.addEventListener("keydown", (event) => {
      if (!event.target.matches(".found-line")) return;
      if (event.key === "ArrowDown") { event.preventDefault(); walk(1); }
      if (event.key === "ArrowUp") {
        event.preventDefault();
        if (lines()[0] === event.target) field.focus(); else walk(-1);
      }
    });
  });
})();
