/* Toasts: what was done, with Undo, for ten seconds (waiting while the pointer or the focus rests on them). */
"use strict";

(() => {
  const R = window.Regulars;
  const SHOWN_MS = 10_000;
  let region = null;

  function button(kind, words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind;
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  function show({ text, tone = "done", undo = "" }) {
    if (!region) return;
    const toast = document.createElement("div");
    toast.className = tone === "wrong" ? "toast is-wrong" : "toast";
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    if (undo) toast.append(button("toast-undo", R.say("undo"), () => { toast.remove(); takeBack(undo); }));
    toast.append(button("toast-close", "×", () => toast.remove()));
    toast.lastChild.setAttribute("aria-label", R.say("close"));
    let left = SHOWN_MS, since = performance.now(), timer = setTimeout(() => toast.remove(), left);
    const hold = () => { clearTimeout(timer); left -= performance.now() - since; };
    const resume = () => { since = performance.now(); timer = setTimeout(() => toast.remove(), Math.max(left, 2_000)); };
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("pointerleave", resume);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("focusout", resume);
    region.append(toast);
    while (region.children.length > 3) region.firstChild.remove();
  }

  function takeBack(token) {
    window.htmx.ajax("POST", region.dataset.undoUrl, { values: { token }, swap: "none", source: region });
  }

  R.toast = show;
  R.command("undo", () => {
    const last = [...document.querySelectorAll(".toast-undo")].pop();
    if (!last) return false;
    last.click();
  });
  R.controller("toasts", (element) => {
    region = element;
    const waiting = document.getElementById("waiting-toasts");
    for (const one of JSON.parse(waiting?.textContent ?? "[]")) show(one);
  });
  document.addEventListener("toast", (event) => { for (const one of event.detail.toasts ?? []) show(one); });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Trigger")) return;
    show({ text: R.say(event.detail.xhr.status === 403 ? "forbidden" : "broken"), tone: "wrong" });
  });
  document.addEventListener("htmx:sendError", () => show({ text: R.say("offline"), tone: "wrong" }));
})();
