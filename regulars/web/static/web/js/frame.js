/* The frame: the rail that folds, menus beside their buttons, dialogs, the theme. */
"use strict";

(() => {
  const R = window.Regulars;
  const root = document.documentElement;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-command]");
    if (button) { button.closest("[popover]")?.hidePopover(); R.run(button.dataset.command, event); return; }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog, [popover]")?.[closer.closest("dialog") ? "close" : "hidePopover"]();
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });

  R.command("rail", () => {
    const folded = root.dataset.rail !== "folded";
    if (folded) root.dataset.rail = "folded"; else delete root.dataset.rail;
    R.remember("rail", folded ? "folded" : "open");
  });

  /* a popover stands below the button that opened it, inside the window */
  const GAP = 4;
  function place(menu, anchor) {
    const at = anchor.getBoundingClientRect();
    const end = menu.dataset.align === "end";
    const width = menu.offsetWidth, height = menu.offsetHeight;
    const left = Math.min(Math.max(8, end ? at.right - width : at.left), innerWidth - width - 8);
    const below = at.bottom + GAP;
    const top = below + height > innerHeight - 8 && at.top - GAP - height > 8 ? at.top - GAP - height : below;
    menu.style.left = `${Math.max(8, left)}px`;
    menu.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  }

  R.menu = {
    open(menu, anchor) {
      menu.anchor = anchor;
      if (!menu.matches(":popover-open")) menu.showPopover();
      place(menu, anchor);
      enter(menu);
    },
  };

  function enter(menu) {
    (menu.querySelector("input:not([type=hidden]), [autofocus]") ?? menu.querySelector("a, button"))?.focus({ preventScroll: true });
  }

  R.controller("menu", (menu) => {
    const opener = () => document.querySelector(`[popovertarget="${menu.id}"]`) ?? menu.anchor ?? document.getElementById(menu.dataset.anchor ?? "");
    menu.addEventListener("beforetoggle", (event) => {
      const anchor = menu.anchor ?? opener();
      if (event.newState !== "open" || !anchor) return;
      requestAnimationFrame(() => place(menu, anchor));
    });
    menu.addEventListener("toggle", (event) => {
      opener()?.setAttribute("aria-expanded", String(event.newState === "open"));
      if (event.newState !== "open") return;
      if (opener()) place(menu, menu.anchor ?? opener());
      /* the arrow keys work at once; a finger that opened it needs no keyboard on the screen */
      if (!menu.contains(document.activeElement) && matchMedia("(pointer: fine)").matches) enter(menu);
    });
    menu.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.target.matches("input, select, textarea")) return;
      const lines = [...menu.querySelectorAll("a[href], button:not(:disabled)")].filter(R.isShown);
      lines[(lines.indexOf(document.activeElement) + step + lines.length) % lines.length]?.focus();
      event.preventDefault();
    });
  });

  /* a folded list of boxes says in its summary which are checked */
  R.controller("choices", (details) => {
    const summary = details.querySelector("summary");
    details.addEventListener("change", () => {
      const chosen = [...details.querySelectorAll("input:checked")].map((box) => box.parentElement.textContent.trim());
      summary.textContent = chosen.join(" · ") || summary.dataset.empty;
    });
  });

  R.controller("theme", (form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = event.submitter.value;
      root.dataset.theme = value;
      for (const one of form.querySelectorAll("button")) one.toggleAttribute("aria-pressed", false);
      event.submitter.setAttribute("aria-pressed", "true");
      const body = new FormData(form, event.submitter);
      fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      document.dispatchEvent(new Event("regulars:theme"));
    });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("regulars:theme")));
})();
