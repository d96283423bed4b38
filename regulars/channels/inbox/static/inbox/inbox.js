/* The inbox by keyboard: walk the list, choose, write, and go on to the next when one is done. */
"use strict";

(() => {
  const R = window.Regulars;
  const ASK_MS = 2_000;
  const LOOK_MS = 30_000;
  const TYPING_MS = 8_000;

  const inbox = () => document.querySelector("[data-controller~=inbox]");
  const list = () => document.getElementById("inbox-list");
  const pane = () => document.getElementById("inbox-open");
  const rows = () => [...document.querySelectorAll(".inbox-row")];
  const row = (pk) => rows().find((one) => one.dataset.pk === String(pk));
  const opened = () => pane()?.querySelector(".inbox-conversation")?.dataset.pk ?? "";
  const current = () => document.querySelector(".inbox-row.is-current");

  function mark(to, { scroll = true } = {}) {
    for (const one of rows()) {
      one.classList.toggle("is-current", one === to);
      const link = one.querySelector(".inbox-row-link");
      if (one.dataset.pk === opened()) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    if (scroll) to?.scrollIntoView({ block: "nearest" });
  }

  function open(to) { to?.querySelector(".inbox-row-link").click(); }

  function walk(step) {
    const all = rows();
    const from = current() ?? row(opened());
    const to = from ? all[all.indexOf(from) + step] : all[step > 0 ? 0 : all.length - 1];
    if (!to) return;
    mark(to);
    open(to);
  }

  const within = (act) => (event) => (inbox() ? act(event) : false);
  R.command("list.next", within(() => walk(1)));
  R.command("list.previous", within(() => walk(-1)));
  R.command("list.open", within(() => { if (!current()) return false; open(current()); }));
  R.command("list.select", within(() => {
    const tick = (current() ?? row(opened()))?.querySelector("[name=ids]");
    if (!tick) return false;
    tick.checked = !tick.checked;
    showChosen();
  }));
  R.command("close", within(() => {
    if (innerWidth >= 720 || !opened()) return false;
    pane().querySelector(".inbox-back")?.click();
  }));

  function showChosen() {
    const bar = list()?.querySelector(".inbox-bulk");
    if (!bar) return;
    const number = list().querySelectorAll("[name=ids]:checked").length;
    bar.hidden = number === 0;
    bar.querySelector("[data-chosen]").textContent = number;
  }

  function arrived() {
    inbox().classList.toggle("has-open", opened() !== "");
    mark(row(opened()));
    pane().querySelector(".inbox-crossed, .inbox-composer")?.scrollIntoView({ block: "end" });
  }

  /* who was dealt with leaves; the next in the list is read */
  document.addEventListener("inbox-gone", (event) => {
    if (!inbox()) return;
    const gone = event.detail.ids.map(String);
    const wasOpen = gone.includes(opened());
    const all = rows();
    const at = all.findIndex((one) => one.dataset.pk === opened());
    const stays = (one) => !gone.includes(one.dataset.pk);
    const next = wasOpen ? all.slice(at + 1).find(stays) ?? all.slice(0, Math.max(at, 0)).reverse().find(stays) : null;
    for (const one of all) if (!stays(one)) one.remove();
    if (!wasOpen) return;
    if (next && innerWidth >= 720) open(next);
    else {
      pane().replaceChildren();
      inbox().classList.remove("has-open");
      history.replaceState(null, "", `/inbox/?${list().dataset.query}`);
    }
  });

  document.addEventListener("inbox-read", () => {
    if (inbox() && opened()) window.htmx.ajax("GET", location.pathname + location.search, { target: "#inbox-open", swap: "innerHTML", source: pane() });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!inbox()) return;
    if (event.detail.target?.id === "inbox-open") {
      arrived();
      /* what was written is sent: the keys of the conversation work again, and so do those that scroll */
      if (event.detail.requestConfig?.verb === "post") pane().querySelector(".inbox-thread")?.focus({ preventScroll: true });
    }
  });

  /* what is new goes into the list where it belongs: rows keep their place before the reader, their tick and the focus */
  function merge(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const was = new Map(rows().map((one) => [one.dataset.pk, one]));
    const focused = document.activeElement?.closest(".inbox-row") && document.activeElement;
    const anchor = list().scrollTop > 0 && rows().find((one) => one.getBoundingClientRect().bottom > list().getBoundingClientRect().top + 40);
    const top = anchor ? anchor.getBoundingClientRect().top : 0;
    for (const one of fresh.content.querySelectorAll(".inbox-row")) {
      const old = was.get(one.dataset.pk);
      if (!old) continue;
      one.querySelector("[name=ids]").checked = old.querySelector("[name=ids]").checked;
      one.classList.toggle("is-current", old.classList.contains("is-current"));
    }
    list().replaceChildren(fresh.content);
    window.htmx.process(list());
    mark(current() ?? row(opened()), { scroll: false });
    showChosen();
    const again = focused && row(focused.closest(".inbox-row").dataset.pk);
    if (again) again.querySelector(focused.matches("input") ? "[name=ids]" : ".inbox-row-link").focus({ preventScroll: true });
    const stays = anchor && row(anchor.dataset.pk);
    if (stays) list().scrollTop += stays.getBoundingClientRect().top - top;
  }

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt?.id === "inbox-list") event.detail.parameters.shown = String(rows().length);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "inbox-list" || !event.detail.shouldSwap) return;
    event.detail.shouldSwap = false;
    merge(event.detail.serverResponse);
  });

  /* every open inbox asks for a word that tells whether something changed; only then are rows fetched. Hidden pages ask nothing */
  R.controller("inbox", (element) => {
    let seen = list().dataset.seen;
    let looked = Date.now();
    let wait = ASK_MS;
    arrived();
    element.addEventListener("change", (event) => { if (event.target.name === "ids") showChosen(); });

    function look() {
      looked = Date.now();
      window.htmx.trigger(list(), "inbox-look");
      const poll = pane().querySelector(".inbox-presence-poll");
      if (poll) window.htmx.trigger(poll, "inbox-look");
    }

    async function ask() {
      if (!element.isConnected) return;
      if (!document.hidden) {
        try {
          const answer = await fetch(`${list().dataset.version}?seen=${seen}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
          if (answer.status === 200) {
            seen = await answer.text();
            look();
          } else if (answer.status === 204 && Date.now() - looked > LOOK_MS) look();
          wait = answer.ok ? ASK_MS : LOOK_MS;
        } catch { wait = LOOK_MS; }
      }
      setTimeout(ask, wait);
    }
    document.addEventListener("visibilitychange", () => { if (!document.hidden && element.isConnected) look(); });
    ask();
  });

  /* the composer: one key for an answer, one for a note; colleagues hear that somebody is typing */
  function write(kind, { focus = true } = {}) {
    const box = document.getElementById("inbox-composer");
    for (const button of box.querySelectorAll(".inbox-kinds [data-kind]")) button.toggleAttribute("aria-pressed", false);
    for (const button of box.querySelectorAll(`.inbox-kinds [data-kind=${kind}]`)) button.setAttribute("aria-pressed", "true");
    for (const form of box.querySelectorAll("[data-for]")) form.hidden = form.dataset.for !== kind;
    const field = box.querySelector(`[data-for=${kind}] textarea`);
    box.scrollIntoView({ block: "end" });
    if (focus) { field.focus({ preventScroll: true }); field.setSelectionRange(field.value.length, field.value.length); }
  }

  document.addEventListener("click", (event) => {
    const kind = event.target.closest(".inbox-kinds [data-kind]");
    if (kind) write(kind.dataset.kind);
    const canned = event.target.closest("[data-canned]");
    if (canned) {
      const field = document.getElementById("inbox-reply");
      canned.closest("[popover]").hidePopover();
      field.focus({ preventScroll: true });
      field.setRangeText(canned.dataset.canned, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  });

  /* files: chosen, dropped or pasted, they are kept at once and wait beside the draft */
  const upload = () => document.getElementById("inbox-upload");

  function attach(files) {
    if (!upload() || !files?.length) return false;
    upload().elements.upload.files = files;
    upload().dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-attach]")) upload()?.elements.upload.click();
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt?.id === "inbox-upload") event.detail.elt.reset(); });
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (!event.target.closest?.(".inbox-thread") || ![...(event.dataTransfer?.types ?? [])].includes("Files") || !upload()) return;
      event.preventDefault();
      if (kind === "drop") attach(event.dataTransfer.files);
    });
  }
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("#inbox-reply") && attach(event.clipboardData?.files)) event.preventDefault();
  });

  let typingTimer = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#inbox-composer textarea")) return;
    const poll = pane().querySelector(".inbox-presence-poll");
    if (!poll) return;
    const before = poll.elements.typing.value;
    poll.elements.typing.value = "1";
    poll.elements.writing.value = event.target.value.trim() ? "1" : "";
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => { poll.elements.typing.value = ""; }, TYPING_MS);
    if (!before) window.htmx.trigger(poll, "inbox-typing");
  });
})();
