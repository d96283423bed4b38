/* Dropping files anywhere on the page, and how much of them has been sent. */
"use strict";

Regulars.controller("import-drop", (form) => {
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const words = form.querySelector("[data-sending]");
  const most = Number(form.dataset.most) || Infinity;
  let depth = 0;
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = (on) => document.body.classList.toggle("is-dropping", on);

  /* what the server would refuse is not sent at all */
  const send = () => {
    if (!input.files.length) return;
    if ([...input.files].reduce((sum, file) => sum + file.size, 0) <= most) { form.requestSubmit(); return; }
    form.querySelector("[data-refused]").textContent = form.dataset.tooLarge;
    input.value = "";
  };
  input.addEventListener("change", send);
  const enter = (event) => { if (holdsFiles(event)) { event.preventDefault(); depth += 1; mark(true); } };
  const leave = (event) => { if (holdsFiles(event)) { depth = Math.max(0, depth - 1); mark(depth > 0); } };
  const over = (event) => { if (holdsFiles(event)) event.preventDefault(); };
  const drop = (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    input.files = event.dataTransfer.files;
    send();
  };
  const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop };
  for (const [name, act] of Object.entries(listeners)) document.addEventListener(name, (event) => { if (form.isConnected) act(event); });

  form.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable) return;
    words.hidden = bar.hidden = false;
    bar.value = event.detail.loaded / event.detail.total;
    words.textContent = event.detail.loaded < event.detail.total ? words.dataset.sending : words.dataset.looking;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr?.getResponseHeader("HX-Redirect")) return;
    words.hidden = bar.hidden = true;
    input.value = "";
  });
});
