/* A list: walking its rows, opening them in the slide-over, keeping the address true. */
"use strict";

(() => {
  const R = window.Regulars;
  const WALK_MS = 60;
  let reopen = "";

  const list = () => document.querySelector("[data-controller~=list]");
  const panel = () => document.getElementById("panel");
  const rows = () => [...document.querySelectorAll("#list tbody tr[data-pk]")];
  const row = (pk) => rows().find((one) => one.dataset.pk === String(pk));
  const current = () => document.querySelector("#list tr.is-current");
  const isOpen = () => panel() !== null && !panel().hidden;

  function mark(to) {
    current()?.classList.remove("is-current");
    to?.classList.add("is-current");
    to?.scrollIntoView({ block: "nearest" });
  }

  function linkOf(of) { return of?.querySelector("[data-open]")?.getAttribute("href") ?? ""; }

  /* slide-over */
  function load(query) {
    const box = panel();
    box.hidden = false;
    box.classList.add("is-loading");
    const url = `${location.pathname}${query}&part=panel`;
    return window.htmx.ajax("GET", url, { target: "#panel", swap: "innerHTML", source: box }).then(() => {
      box.classList.remove("is-loading");
      const pk = box.querySelector(".panel-head")?.dataset.pk;
      document.querySelector("#list tr.is-open")?.classList.remove("is-open");
      row(pk)?.classList.add("is-open");
      box.querySelector(".panel-body")?.scrollTo(0, 0);
    });
  }

  function open(query, { walking = false } = {}) {
    history[walking || isOpen() ? "replaceState" : "pushState"]({ panel: true }, "", location.pathname + query);
    return load(query);
  }

  function close() {
    if (!isOpen()) return false;
    const back = panel().querySelector("[data-close-panel]")?.getAttribute("href") ?? location.pathname;
    hide();
    history.replaceState({ panel: true }, "", back === "?" ? location.pathname : location.pathname + back);
  }

  function hide() {
    panel().hidden = true;
    panel().replaceChildren();
    document.querySelector("#list tr.is-open")?.classList.remove("is-open");
  }

  let walkTimer = 0;
  function walk(step) {
    const all = rows();
    const from = current() ?? document.querySelector("#list tr.is-open");
    const to = from ? all[all.indexOf(from) + step] : all[step > 0 ? 0 : all.length - 1];
    if (to) {
      mark(to);
      if (isOpen()) { clearTimeout(walkTimer); walkTimer = setTimeout(() => open(linkOf(to), { walking: true }), WALK_MS); }
    } else if (isOpen()) {
      const next = panel().querySelector(`[data-walk="${step > 0 ? "next" : "previous"}"][href]`);
      if (next) open(next.getAttribute("href"), { walking: true });
    }
  }

  const within = (act) => (event) => (list() ? act(event) : false);
  R.command("list.next", within(() => walk(1)));
  R.command("list.previous", within(() => walk(-1)));
  R.command("list.open", within(() => { const to = linkOf(current()); if (!to || !panel()) return false; open(to); }));
  R.command("list.filter", within(() => { document.getElementById("add-filter")?.click(); }));
  R.command("panel.full", () => {
    const url = (isOpen() && panel().querySelector(".panel-head")?.dataset.full) || current()?.dataset.full;
    if (!url) return false;
    location.href = url;
  });
  R.command("close", () => close());

  R.controller("panel", (box) => {
    box.addEventListener("click", (event) => {
      const link = event.target.closest("[data-close-panel], [data-walk][href]");
      if (!link || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      if (link.hasAttribute("data-walk")) {
        open(link.getAttribute("href"), { walking: true }).then(() => mark(document.querySelector("#list tr.is-open")));
      } else close();
    });
    const pk = box.querySelector(".panel-head")?.dataset.pk;
    if (pk && row(pk)) { row(pk).classList.add("is-open"); mark(row(pk)); }
  });

  window.addEventListener("popstate", (event) => {
    if (!list() || event.state?.htmx) return;
    const query = location.search;
    if (new URLSearchParams(query).has("open")) load(query);
    else if (isOpen()) hide();
  });

  R.controller("list", (element) => {
    element.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target.closest("a[data-open]");
      const inRow = event.target.closest("tbody tr[data-pk]");
      if (!inRow || event.target.closest("input, button, select, form, .tick") || (!link && event.target.closest("a"))) return;
      if (!link && getSelection()?.toString()) return;
      event.preventDefault();
      mark(inRow);
      if (panel()) {
        clearTimeout(walkTimer);
        walkTimer = setTimeout(() => open(linkOf(inRow)), event.target.closest("[data-edit]") && !link ? 220 : 0);
      }
    });
    element.addEventListener("dblclick", () => clearTimeout(walkTimer));
    if (reopen) {
      const menu = document.getElementById(reopen);
      const button = document.querySelector(`[popovertarget="${reopen}"]`);
      reopen = "";
      if (menu && button) R.menu.open(menu, button);
    }
    const opened = panel()?.querySelector(".panel-head")?.dataset.pk;
    if (opened && !panel().hidden) row(opened)?.classList.add("is-open");
  });

  /* typing in a long list of choices leaves those that hold the words */
  R.controller("narrow", (input) => {
    const labels = [...input.form.querySelectorAll(".check")];
    input.addEventListener("input", () => {
      const words = input.value.trim().toLocaleLowerCase();
      for (const label of labels) label.hidden = !label.textContent.toLocaleLowerCase().includes(words);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      const shown = labels.filter((label) => !label.hidden);
      if (shown.length === 1) shown[0].querySelector("input").checked = true;
      else event.preventDefault();
    });
  });

  /* a filter's form opens where its name was clicked; the column menu stays open while columns are switched */
  document.addEventListener("htmx:beforeRequest", (event) => { reopen = event.detail.elt.dataset?.keepOpen ?? ""; });
  document.addEventListener("htmx:afterSwap", (event) => {
    const from = event.detail.requestConfig?.elt;
    const menu = from?.dataset.opens && document.getElementById(from.dataset.opens);
    if (!menu) return;
    from.closest("[popover]")?.hidePopover();
    R.menu.open(menu, document.getElementById(from.dataset.anchor ?? "") ?? from);
  });
})();
