/* Possible duplicates: m merges the current pair, d says that they are different; the next one moves up. */
"use strict";

(() => {
  const R = window.Regulars;
  const inbox = () => location.pathname === "/duplicates/" && document.querySelector("#list");
  const panel = () => document.getElementById("panel");
  const current = () => document.querySelector("#list tr.is-current") ?? document.querySelector("#list tr.is-open");
  let decided = null;

  function decide(act) {
    const row = current();
    if (!inbox() || !row) return false;
    const shown = panel() && !panel().hidden;
    const button = shown && panel().querySelector(`[data-key="${act === "merge" ? "m" : "d"}"]`);
    decided = row;
    if (button) button.click();
    else window.htmx.ajax("POST", `/duplicates/${row.dataset.pk}/${act}/`, { source: document.body, swap: "none" });
  }
  R.command("pair.merge", () => decide("merge"));
  R.command("pair.different", () => decide("apart"));

  /* not at once: what else the answer tells (the toast) is told to the same button first */
  document.addEventListener("pair-decided", () => { if (inbox()) setTimeout(moveUp); });

  function moveUp() {
    const open = panel() && !panel().hidden;
    const pk = open ? panel().querySelector("[data-pair]")?.dataset.pair : "";
    const gone = pk ? document.querySelector(`#list tr[data-pk="${pk}"]`) : decided;
    decided = null;
    if (!gone) return;
    const next = gone.nextElementSibling?.matches("[data-pk]") ? gone.nextElementSibling : gone.previousElementSibling;
    const to = next?.matches("[data-pk]") ? next.dataset.pk : "";
    /* one answer may close other questions: the list is read anew; a row is opened once the list listens again */
    document.addEventListener("htmx:load", () => goTo(to, open), { once: true });
    const query = new URLSearchParams(location.search);
    query.delete("open");
    query.set("part", "list");
    window.htmx.ajax("GET", `${location.pathname}?${query}`, { target: "#list", swap: "outerHTML", source: document.body });
  }

  function goTo(pk, open) {
    const badge = document.querySelector(".rail-line[aria-current] .rail-waiting");
    if (badge && Number(badge.textContent)) { badge.textContent = Number(badge.textContent) - 1; badge.hidden = badge.textContent === "0"; }
    const row = (pk && document.querySelector(`#list tr[data-pk="${pk}"]`)) || document.querySelector("#list tbody tr[data-pk]");
    if (!row) { if (open) R.run("close"); return; }
    document.querySelector("#list tr.is-current")?.classList.remove("is-current");
    row.classList.add("is-current");
    if (open) row.querySelector("[data-open]").click();
  }
})();
