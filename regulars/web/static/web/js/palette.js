/* The command palette: ⌘K, type, arrows, Enter. */
"use strict";

(() => {
  const R = window.Regulars;
  const WAIT_MS = 70;

  R.controller("palette", (dialog) => {
    const input = dialog.querySelector("input");
    const results = dialog.querySelector(".palette-results");
    let asking = null, timer = 0, current = -1, shownFor = null;

    const lines = () => [...results.querySelectorAll(".palette-line")];

    function choose(index) {
      const all = lines();
      current = all.length ? (index + all.length) % all.length : -1;
      all.forEach((line, i) => line.setAttribute("aria-selected", String(i === current)));
      input.setAttribute("aria-activedescendant", all[current]?.id ?? "");
      all[current]?.scrollIntoView({ block: "nearest" });
    }

    async function ask() {
      const text = input.value.trim();
      if (text === shownFor) return;
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(`${dialog.dataset.url}?q=${encodeURIComponent(text)}`, { signal: asking.signal, headers: { "HX-Request": "true" } });
        const away = answer.headers.get("HX-Redirect");
        if (away) { location.href = away; return; }
        if (!answer.ok) throw new Error(String(answer.status));
        results.innerHTML = await answer.text();
        shownFor = text;
        choose(0);
      } catch (error) {
        if (error.name !== "AbortError") R.toast({ text: R.say("offline"), tone: "wrong" });
      }
    }

    async function go(line, inNewTab) {
      if (!line) return;
      if (line.hasAttribute("data-post")) {
        await fetch(line.href, { method: "POST", headers: { "X-CSRFToken": R.token(), "HX-Request": "true" } });
        location.reload();
      } else if (inNewTab) window.open(line.href, "_blank", "noopener");
      else location.href = line.href;
      dialog.close();
    }

    R.command("palette", () => {
      if (dialog.open) { dialog.close(); return; }
      dialog.showModal();
      input.value = "";
      shownFor = null;
      ask();
    });

    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT_MS); });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in moves) { event.preventDefault(); choose(current + moves[event.key]); }
      else if (event.key === "Enter") {
        event.preventDefault();
        clearTimeout(timer);
        ask().then(() => go(lines()[Math.max(current, 0)], event.ctrlKey || event.metaKey));
      }
    });
    results.addEventListener("pointermove", (event) => {
      const line = event.target.closest(".palette-line");
      if (line && line.getAttribute("aria-selected") !== "true") choose(lines().indexOf(line));
    });
    results.addEventListener("click", (event) => {
      const line = event.target.closest("[data-post]");
      if (line) { event.preventDefault(); go(line, false); }
    });
  });
})();
