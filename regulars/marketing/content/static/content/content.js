/* The editor of a content: one language at a time, fields and blocks put in at the cursor, and beside it what a customer gets.
   Each preview is posted into a frame of its own, so that the browser's history stays as it is and nothing flickers. */
"use strict";

(() => {
  const R = window.Regulars;
  const PAUSE = 350;

  R.controller("content", (form) => {
    const frame = form.querySelector("[data-frame]");
    const poster = document.getElementById("content-preview-form");
    const checks = form.querySelector("[data-checks]");
    let look = "desktop";
    let waiting = 0;
    let count = 0;
    let field = null;

    const source = () => form.elements[`${form.elements.language.value}.mjml`];
    const press = (buttons, chosen) => { for (const one of buttons) one.setAttribute("aria-pressed", String(one === chosen)); };

    function show() {
      frame.classList.toggle("is-phone", look === "phone");
      frame.classList.toggle("is-text", look === "text");
      const words = form.querySelector("[data-text]");
      if (words) words.hidden = look !== "text";
    }

    function preview() {
      if (look === "text") return;
      const next = document.createElement("iframe");
      next.name = `content-preview-${++count}`;
      next.title = frame.dataset.title;
      next.setAttribute("sandbox", "");
      next.style.visibility = "hidden";
      frame.append(next);
      poster.target = next.name;
      for (const [name, value] of new FormData(form)) {
        if (name === "csrfmiddlewaretoken") continue;
        const told = document.createElement("textarea");
        told.name = name;
        told.value = value;
        told.dataset.told = "";
        poster.append(told);
      }
      const scheme = document.createElement("input");
      Object.assign(scheme, { type: "hidden", name: "scheme", value: look === "dark" ? "dark" : "light" });
      scheme.dataset.told = "";
      poster.append(scheme);
      next.addEventListener("load", () => {
        for (const old of frame.querySelectorAll("iframe")) if (old !== next && Number(old.name.split("-").at(-1)) < Number(next.name.split("-").at(-1))) old.remove();
        next.style.visibility = "";
      });
      poster.submit();
      for (const told of poster.querySelectorAll("[data-told]")) told.remove();
    }

    function changed(pause = PAUSE) {
      clearTimeout(waiting);
      waiting = setTimeout(() => { window.htmx.trigger(checks, "content-changed"); preview(); }, pause);
    }

    function insert(words, block) {
      const into = !block && field && field.isConnected && !field.closest("[hidden]") ? field : source();
      const [from, to] = [into.selectionStart, into.selectionEnd];
      let put = words;
      if (block) {
        const line = into.value.slice(0, from).split("\n").at(-1);
        put = words.split("\n").join(`\n${line.match(/^\s*/)[0]}`);
      }
      into.focus();
      into.setRangeText(put, from, to, "end");
      into.dispatchEvent(new Event("input", { bubbles: true }));
    }

    form.addEventListener("focusin", (event) => { if (event.target.matches(".content-language input, .content-language textarea")) field = event.target; });
    form.addEventListener("input", (event) => { if (event.target.closest(".content-language")) changed(); });
    form.addEventListener("htmx:afterSwap", show);
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.insert) {
        insert(button.dataset.insert, "block" in button.dataset);
        button.closest("[popover]")?.hidePopover();
      } else if (button.dataset.language) {
        form.elements.language.value = button.dataset.language;
        press(button.parentElement.children, button);
        for (const one of form.querySelectorAll(".content-language")) one.hidden = one.dataset.of !== button.dataset.language;
        changed(0);
      } else if (button.dataset.look) {
        look = button.dataset.look;
        press(button.parentElement.children, button);
        show();
        preview();
      } else if (button.dataset.party) {
        form.elements.party.value = button.dataset.party;
        form.elements.who.value = button.dataset.name;
        document.getElementById("content-people").replaceChildren();
        changed(0);
      }
    });
    preview();
  });
})();
