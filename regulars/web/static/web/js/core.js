/* Controllers: `Regulars.controller("name", element => …)` runs once for every element with data-controller="name",
   now or when htmx brings it in. Commands: `Regulars.command("name", event => …)`; answering false means "not mine". */
"use strict";

window.Regulars = (() => {
  const told = document.getElementById("frame-data");
  const frame = told ? JSON.parse(told.textContent) : { keys: [], words: {} };
  const controllers = new Map();
  const connected = new WeakMap();
  const commands = new Map();

  function begin(element) {
    const done = connected.get(element) ?? new Set();
    connected.set(element, done);
    for (const name of element.dataset.controller.split(" ")) {
      if (done.has(name) || !controllers.has(name)) continue;
      done.add(name);
      for (const start of controllers.get(name)) start(element);
    }
  }

  function connect(root) {
    if (root.matches?.("[data-controller]")) begin(root);
    root.querySelectorAll("[data-controller]").forEach(begin);
  }

  function say(text, values = {}) {
    return (frame.words[text] ?? text).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
  }

  function run(name, event) {
    for (const one of [...(commands.get(name) ?? [])].reverse()) if (one(event) !== false) return true;
    return false;
  }

  function remember(name, value) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  /* htmx readies what it brought in a moment after it stands there: whoever is quicker finds it readied as they press */
  function readied(event) {
    const element = event.target.closest?.("[hx-post], [hx-get]");
    if (element && !element["htmx-internal-data"]?.initHash) window.htmx.process(element);
    for (let one = event.target.closest?.("[data-controller]"); one; one = one.parentElement?.closest("[data-controller]")) begin(one);
  }
  for (const kind of ["click", "submit", "change", "keydown"]) document.addEventListener(kind, readied, true);

  document.addEventListener("DOMContentLoaded", () => connect(document.body));
  document.addEventListener("htmx:load", (event) => connect(event.detail.elt));

  return {
    frame, say, run, remember, connect,
    controller: (name, start) => controllers.set(name, [...(controllers.get(name) ?? []), start]),
    command: (name, act) => commands.set(name, [...(commands.get(name) ?? []), act]),
    isTyping: (target) => target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null,
    isShown: (element) => element.checkVisibility?.() ?? element.offsetParent !== null,
    token: () => JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"],
  };
})();
