// A code at the counter: the time that is left, a screen that stays on, a sheet as bright as the screen goes.
// Without this the page shows the code and until when it is good.
import { remaining, telling } from "./countdown.js";

const sheet = document.querySelector("[data-sheet]");
const said = sheet?.querySelector(".said");

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      if (said) said.textContent = said.dataset.said;
    } catch { // not allowed: the code is marked, so that one step less is left
      getSelection().selectAllChildren(code);
      if (said) said.textContent = said.dataset.uncopied;
    }
  });
}

// The screen stays on as long as the page is looked at.
let awake = null;
async function stayAwake() {
  if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
  try { awake = await navigator.wakeLock.request("screen"); } catch { awake = null; }
}
if (sheet && "awake" in sheet.dataset) {
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
  window.addEventListener("pagehide", () => awake?.release().catch(() => {}));
}

// Full screen and all white: the most light that a page can ask of a phone.
const brighten = document.querySelector("[data-brighten]");
if (brighten && window.HTMLDialogElement) {
  brighten.hidden = false;
  brighten.addEventListener("click", () => {
    const full = document.createElement("dialog");
    full.className = "sheet-full";
    full.setAttribute("aria-label", sheet.getAttribute("aria-label"));
    // While it is open nothing outside it can be heard or used: what is said goes with it, and so does the way to another pass.
    for (const part of sheet.querySelectorAll(".sheet-for, .sheet-what, .qr, .sheet-code, .sheet-left, .said, .renew")) {
      const copy = part.cloneNode(true);
      copy.removeAttribute("id");
      full.append(copy);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.autofocus = true;
    close.className = "button second";
    close.textContent = document.documentElement.lang === "en" ? "Back" : "返回";
    close.addEventListener("click", () => full.close());
    full.append(close);
    full.addEventListener("close", () => {
      full.remove();
      if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
      brighten.focus();
    });
    document.body.append(full);
    full.showModal();
    document.documentElement.requestFullscreen?.().catch(() => {});
    if (!awake) stayAwake();
  });
}

// The server says how long is left, because the phone's own clock may be wrong.
if (sheet?.dataset.left) {
  const still = remaining(Number(sheet.dataset.left), () => draw());
  let over = false;
  const say = telling(said);
  const reload = () => { if (!over) { over = true; location.reload(); } };
  const draw = () => {
    const left = still();
    const minutes = String(Math.floor(left / 60));
    const seconds = String(left % 60).padStart(2, "0");
    for (const clock of document.querySelectorAll("[data-clock]")) {
      clock.textContent = clock.dataset.words.replace("{m}", minutes).replace("{s}", seconds);
      clock.closest(".sheet-left").classList.toggle("soon", left <= 30);
    }
    for (const bar of document.querySelectorAll("[data-bar]")) bar.value = left;
    say(left);
    // In the sheet and, where it is open, in its copy over the whole screen; what did not change is not said again.
    for (const place of document.querySelectorAll("dialog .said")) if (place.textContent !== said.textContent) place.textContent = said.textContent;
    for (const way of document.querySelectorAll(".renew")) way.hidden = left > 30;
    if (left > 0) return;
    clearInterval(timer);
    setTimeout(reload, 1200);
  };
  const timer = setInterval(draw, 500);
  draw();
  // What became of it: the page changes as soon as the clerk has scanned.
  const watch = async () => {
    if (over) return;
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(sheet.dataset.state, { headers: { Accept: "application/json" } });
        if (answer.ok && (await answer.json()).state !== "open") { reload(); return; }
      } catch { /* the line is down: the code works all the same */ }
    }
    setTimeout(watch, 2500);
  };
  setTimeout(watch, 2500);
}
