/* The keyboard: the registry rendered into the page decides what a key means. Nothing happens while an input method is
   composing; while somebody is typing only the palette, Escape, which leaves the field (a second one closes what is around
   it, so that no half-written note is lost), and Ctrl or ⌘ with Enter, which sends the form. */
"use strict";

(() => {
  const R = window.Regulars;
  const CHORD_MS = 1200;
  const bindings = R.frame.keys;
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  let first = "";
  let timer = 0;

  function nameOf(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase().replace("arrow", "");
    const isLetter = /^[a-z]$/.test(key);
    const mod = (isMac ? event.metaKey : event.ctrlKey) ? "mod+" : "";
    const shift = event.shiftKey && (isLetter || event.key.length > 1) ? "shift+" : "";
    return mod + shift + key;
  }

  function obey(keys, event) {
    for (const one of bindings) {
      if (one.keys !== keys) continue;
      if (one.url) { location.href = one.url; return true; }
      if (one.command.startsWith("click:")) {
        const target = [...document.querySelectorAll(one.command.slice(6))].find(R.isShown);
        if (target) { target.click(); return true; }
      } else if (R.run(one.command, event)) return true;
    }
    return press(keys);
  }

  function press(keys) {
    if (keys.includes("+") || keys.includes('"')) return false;
    const buttons = [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].filter(R.isShown);
    const panel = document.getElementById("panel");
    const button = buttons.find((one) => panel?.contains(one)) ?? buttons[0];
    if (!button) return false;
    if (button.matches("input, textarea, select")) button.focus(); else button.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.altKey) return;
    const keys = nameOf(event);
    if (R.isTyping(event.target) && keys === "mod+enter" && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (R.isTyping(event.target) && keys === "escape") { event.target.blur(); return; }
    if (R.isTyping(event.target) && keys !== "mod+k") return;
    if (document.querySelector("dialog[open]") && keys !== "mod+k") return;
    if (keys === "escape" && document.querySelector("[popover]:popover-open")) return;
    if (keys === "enter" && event.target.closest?.("a, button, summary")) return;
    const chord = first ? `${first} ${keys}` : "";
    clearTimeout(timer);
    first = "";
    if (obey(chord || keys, event) || (chord && obey(keys, event))) { event.preventDefault(); return; }
    if (!event.ctrlKey && !event.metaKey && bindings.some((one) => one.keys.startsWith(`${keys} `))) {
      first = keys;
      timer = setTimeout(() => { first = ""; }, CHORD_MS);
    }
  });

  /* the ? sheet also lists what this very page offers */
  function listThisPage(dialog) {
    const place = dialog.querySelector("[data-this-page]");
    if (!place) return;
    const lines = [...document.querySelectorAll("[data-key]")].filter(R.isShown).map((button) => {
      const line = document.createElement("div");
      const label = document.createElement("dt");
      label.textContent = button.querySelector(":scope > span:not(.kbd)")?.textContent || button.title || button.getAttribute("aria-label") || button.placeholder || "";
      const cap = document.createElement("dd");
      const kbd = document.createElement("span");
      kbd.className = "kbd";
      kbd.append(document.createElement("kbd"));
      kbd.firstChild.textContent = button.dataset.key.toUpperCase();
      cap.append(kbd);
      line.append(label, cap);
      return line;
    });
    place.querySelector("dl").replaceChildren(...lines);
    place.hidden = lines.length === 0;
  }

  R.command("help", () => {
    const dialog = document.getElementById("help");
    if (!dialog || dialog.open) return false;
    listThisPage(dialog);
    dialog.showModal();
  });

  function caps(root) {
    if (!isMac) return;
    for (const cap of root.querySelectorAll(".kbd span")) if (cap.textContent === "Ctrl") cap.textContent = "⌘";
  }
  document.addEventListener("DOMContentLoaded", () => caps(document.body));
  document.addEventListener("htmx:load", (event) => caps(event.detail.elt));
})();
