/* The composer: opened by one key, saved with ⌘↵, closed with Escape; a day chip fills the date beside it. */
"use strict";

(() => {
  const R = window.Regulars;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

  R.controller("composer", (box) => {
    const form = box.querySelector("form[data-saves]");
    if (!form) return;
    const field = form.querySelector("[aria-invalid=true], [autofocus]") ?? form.querySelector("textarea, input:not([type=hidden])");
    field?.focus({ preventScroll: false });
    box.scrollIntoView({ block: "nearest" });
  });

  function close(form) {
    const box = form.closest(".composer");
    const need = box.closest(".need-composer");
    if (need) { need.replaceChildren(); need.closest(".need")?.focus({ preventScroll: true }); return; }
    const page = box.closest(".customer");
    window.htmx.ajax("GET", box.querySelector("[data-mode]").getAttribute("hx-get").replace(/mode=\w+/, "mode="), { target: box, swap: "outerHTML", source: box })
      .then(() => page?.querySelector(".composer [data-mode]")?.focus({ preventScroll: true }));
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const form = event.target.closest?.("form[data-saves]");
    if (!form) return;
    if (event.key === "Enter" && (isMac ? event.metaKey : event.ctrlKey)) {
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(form);
    }
  }, true);

  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close-composer]");
    if (closer) { close(closer.closest("form")); return; }
    const chip = event.target.closest("[data-days] [data-day]");
    if (chip) {
      const field = chip.closest("form").elements[chip.closest("[data-days]").dataset.days];
      field.value = chip.dataset.day;
      for (const one of chip.parentElement.children) one.toggleAttribute("aria-pressed", one === chip);
    }
  });

  /* "Do" buttons open the composer of the page in their mode */
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".customer [data-compose]");
    if (!button) return;
    const box = button.closest(".customer").querySelector(".composer");
    (box?.querySelector(`[data-mode="${button.dataset.compose}"]`) ?? box?.querySelector("[data-mode=call]"))?.click();
  });

  /* #compose=call in the address opens it at once (from the palette); a slide-over that is being read anew comes first */
  function open(mode) {
    document.querySelector(`.customer .composer [data-mode="${mode}"]`)?.click();
  }

  function fromAddress() {
    const mode = /^#compose=(\w+)$/.exec(location.hash)?.[1];
    if (!mode) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    if (!document.querySelector("#panel.is-loading")) { open(mode); return; }
    document.addEventListener("htmx:afterSettle", function once(event) {
      if (event.detail.target?.id !== "panel") return;
      document.removeEventListener("htmx:afterSettle", once);
      open(mode);
    });
  }
  document.addEventListener("DOMContentLoaded", () => setTimeout(fromAddress, 0));
  window.addEventListener("hashchange", fromAddress);
})();
