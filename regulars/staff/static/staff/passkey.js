/* Passkeys: asks the server what to ask the device, hands the device's answer back, and goes where the server says. */
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const credentials = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function ask(element, address, body) {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": element.dataset.csrf, "X-Requested-With": "passkey" },
      body: JSON.stringify(body ?? {}),
    });
    if (answer.redirected) { location.assign(answer.url); return new Promise(() => {}); }
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  }

  async function make(element) {
    const { publicKey } = await ask(element, element.dataset.begin);
    const made = await navigator.credentials.create({ publicKey: {
      ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: credentials(publicKey.excludeCredentials),
    } });
    return { id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(),
      response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) } };
  }

  async function use(element) {
    const { publicKey } = await ask(element, element.dataset.begin);
    const got = await navigator.credentials.get({ publicKey: {
      ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: credentials(publicKey.allowCredentials),
    } });
    return { id: got.id, rawId: text(got.rawId), type: got.type, clientExtensionResults: got.getClientExtensionResults(),
      response: { clientDataJSON: text(got.response.clientDataJSON), authenticatorData: text(got.response.authenticatorData),
        signature: text(got.response.signature), userHandle: got.response.userHandle ? text(got.response.userHandle) : null } };
  }

  function deviceName() {
    const agent = navigator.userAgent;
    const system = ["iPhone", "iPad", "Android", "Windows", "Mac OS X", "CrOS", "Linux"].find((one) => agent.includes(one));
    return (system ?? "").replace("Mac OS X", "Mac").replace("CrOS", "Chromebook");
  }

  function start(element) {
    if (!window.PublicKeyCredential) return;
    element.hidden = false;
    const button = element.querySelector("button"), trouble = element.querySelector("[role=alert]");
    button.addEventListener("click", async () => {
      button.disabled = true;
      trouble.hidden = true;
      try {
        const makes = "makes" in element.dataset;
        const credential = makes ? await make(element) : await use(element);
        const { to } = await ask(element, element.dataset.finish, { credential, next: element.dataset.next, name: makes ? deviceName() : "" });
        location.assign(to);
      } catch (error) {
        trouble.textContent = error.name === "Error" && error.message ? error.message : element.dataset.broken;
        trouble.hidden = false;
        button.disabled = false;
      }
    });
  }

  for (const element of document.querySelectorAll("[data-passkey]")) start(element);
})();
