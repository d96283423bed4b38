/* The customer page, its dialogs, and Today by keyboard. */
"use strict";

(() => {
  const R = window.Regulars;
  const asking = () => document.getElementById("ask");

  /* forms in the dialog: what has data-asks fills #ask, which opens; "ask-done" from the server closes it */
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "ask" || !asking().childElementCount) return;
    if (!asking().open) asking().showModal();
    asking().querySelector("[aria-invalid=true], [autofocus], input:not([type=hidden])")?.focus();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-asks]")?.closest("[popover]")?.hidePopover(), true);
  document.addEventListener("ask-done", () => {
    if (!asking()?.open) return;
    asking().close();
    /* not at once: htmx still finds its way from the form to what the answer replaces */
    setTimeout(() => { if (!asking().open) asking().replaceChildren(); }, 500);
  });

  R.controller("dialog-form", (form) => {
    form.addEventListener("click", (event) => {
      const day = event.target.closest("[data-day]");
      if (day) form.elements[day.closest("[data-days]").dataset.days].value = day.dataset.day;
    });
  });

  R.controller("relation-form", (form) => {
    form.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-candidate]");
      if (!chosen) return;
      form.elements.other.value = chosen.dataset.candidate;
      form.elements.q.value = chosen.dataset.name;
      form.querySelector(".candidates").replaceChildren();
    });
    form.elements.q.addEventListener("input", () => { form.elements.other.value = ""; });
  });

  R.controller("new-customer", (form) => {
    const show = () => {
      for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(form.elements.kind.value);
    };
    form.addEventListener("change", show);
    show();
  });

  /* a list of choices is asked for where the field holds choices */
  R.controller("field-form", (form) => {
    const show = () => {
      for (const part of form.querySelectorAll("[data-for-kind]")) part.hidden = !part.dataset.forKind.split(" ").includes(form.elements.kind.value);
    };
    form.addEventListener("change", show);
    show();
  });

  /* one click edits a detail of the page */
  R.controller("customer", (page) => {
    page.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-edit]");
      if (!cell || cell.querySelector(".cell-form") || getSelection()?.toString()) return;
      cell.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    });
  });

  /* Today: j/k walk, c w n s e act on the current customer, Enter opens the slide-over */
  const today = () => document.querySelector("[data-controller~=today]");
  const needs = () => [...document.querySelectorAll(".need")];
  const current = () => document.querySelector(".need.is-current");
  const panel = () => document.getElementById("panel");

  function mark(need) {
    for (const old of document.querySelectorAll(".need.is-current")) {
      old.classList.remove("is-current");
      for (const button of old.querySelectorAll("[data-act]")) delete button.dataset.key;
    }
    if (!need) return;
    need.classList.add("is-current");
    for (const button of need.querySelectorAll("[data-act]")) button.dataset.key = button.dataset.act;
    need.scrollIntoView({ block: "nearest" });
  }

  function walk(step) {
    const all = needs();
    const to = current() ? all[all.indexOf(current()) + step] : all[step > 0 ? 0 : all.length - 1];
    if (!to) return;
    mark(to);
    if (panel() && !panel().hidden) peek(to);
  }

  function peek(need) {
    panel().hidden = false;
    panel().classList.add("is-loading");
    window.htmx.ajax("GET", need.dataset.peek, { target: "#panel", swap: "innerHTML", source: panel() })
      .then(() => panel().classList.remove("is-loading"));
  }

  function hide() {
    if (!panel() || panel().hidden) return false;
    panel().hidden = true;
    panel().replaceChildren();
  }

  const within = (act) => (event) => (today() ? act(event) : false);
  R.command("list.next", within(() => walk(1)));
  R.command("list.previous", within(() => walk(-1)));
  R.command("list.open", within(() => { if (!current()) return false; peek(current()); }));
  R.command("list.edit", within(() => { const done = current()?.querySelector("[data-act=e]"); if (!done) return false; done.click(); }));
  R.command("panel.full", within(() => { if (!current()) return false; location.href = current().dataset.full; }));
  R.command("close", within(() => hide()));

  R.controller("today", (page) => {
    if (matchMedia("(hover: hover)").matches) mark(needs()[0]);
    page.addEventListener("click", (event) => {
      const need = event.target.closest(".need");
      if (!need) return;
      mark(need);
      const button = event.target.closest("[data-compose]");
      if (button) compose(need, button.dataset.compose);
      else if (!event.target.closest("a, button, form, input, select, textarea") && !getSelection()?.toString() && innerWidth >= 720) peek(need);
    });
    document.addEventListener("click", (event) => {
      if (event.target.closest("#panel [data-close-panel]")) { event.preventDefault(); hide(); }
    });
    /* whoever was dealt with leaves; the next one is current */
    document.addEventListener("htmx:beforeSwap", (event) => {
      const gone = event.detail.target;
      if (gone?.matches?.(".need") && event.detail.swapOverride === "delete") mark(gone.nextElementSibling?.matches(".need") ? gone.nextElementSibling : gone.previousElementSibling);
    });
    document.addEventListener("customer-changed", () => {
      if (!current()) mark(needs()[0]);
      const sum = page.querySelector("[data-today-sum]");
      if (sum) window.htmx.ajax("GET", sum.dataset.todaySum, { target: sum, swap: "outerHTML", source: sum });
    });
  });

  function compose(need, mode) {
    const slot = need.querySelector(".need-composer");
    window.htmx.ajax("GET", `${slot.dataset.url}?mode=${mode}&place=${slot.dataset.place ?? "today"}`, { target: slot, swap: "innerHTML", source: slot });
  }
})();
