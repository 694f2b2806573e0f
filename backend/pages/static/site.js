// What every page does beyond its markup. Without it everything still works.
"use strict";

const { door, whose } = document.documentElement.dataset;

// ---- Forms

// A form is sent once: a second tap while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  const asked = form.dataset.confirm;
  if (asked && !window.confirm(asked)) { event.preventDefault(); return; }
  if (isWayOut(form)) { forget(door); waysOut?.postMessage(door); }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-busy", "true");
});
// Coming back by the browser's button, the page may be the old one.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
// Where something was refused, reading goes on there.
const refusal = document.querySelector("[data-refusal]");
if (refusal) refusal.focus();

// ---- What a tab keeps (words half written, a till's latest answers) lies under the name of its door, and is for nobody who comes after:
// it goes when somebody signs out, here or in another tab, and when a page finds nobody or somebody else signed in.

const waysOut = "BroadcastChannel" in window ? new BroadcastChannel("ways-out") : null;
waysOut?.addEventListener("message", (event) => forget(event.data));

function isWayOut(form) { return /\/logout$|^\/me\/close$/.test(form.getAttribute("action") || ""); }

function forget(which) {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(`${which}:`)) sessionStorage.removeItem(name);
  } catch { /* A browser that keeps nothing. */ }
}

try {
  if (whose !== undefined && sessionStorage.getItem(`whose:${door}`) !== whose) {
    forget(door);
    sessionStorage.setItem(`whose:${door}`, whose);
  }
} catch { /* as above */ }

// ---- How somebody reads: what was typed is not lost by it

const TYPED = `${door}:typed`;
const KEPT_MS = 600000;
const fields = () => [...document.querySelectorAll("main form input, main form textarea, main form select")];
const isWritten = (field) => field.name && !/^(hidden|password|file|submit|button|image|reset)$/.test(field.type);
const isChanged = (field) => field.tagName === "SELECT" ? [...field.options].some((one) => one.selected !== one.defaultSelected)
  : /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
const hasFiles = () => fields().some((field) => field.type === "file" && field.files.length) || document.querySelector("[data-chosen] li");

// For the page at `path`, which opens anew; a password is typed again.
function keepTyped(path) {
  const kept = fields().map((field, place) => ({ place, name: field.name, value: field.value, checked: field.checked, written: isWritten(field) && isChanged(field) }));
  try {
    const changed = kept.filter((one) => one.written);
    if (changed.length) sessionStorage.setItem(TYPED, JSON.stringify({ path, at: Date.now(), changed }));
    document.documentElement.dataset.kept = "1";
  } catch { /* as above */ }
}

function bringBack() {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(TYPED)); } catch { return; }
  if (!kept || (kept.path !== location.pathname && location.pathname === "/look")) return;
  sessionStorage.removeItem(TYPED);
  if (kept.path !== location.pathname || Date.now() - kept.at > KEPT_MS) return;
  const there = fields();
  const back = kept.changed.filter((one) => there[one.place]?.name === one.name);
  for (const one of back) {
    const field = there[one.place];
    if (/^(checkbox|radio)$/.test(field.type)) field.checked = one.checked;
    else field.value = one.value;
    field.closest("details")?.setAttribute("open", "");
  }
  // The page's other scripts are there by then, and take it for typed.
  document.addEventListener("DOMContentLoaded", () => {
    for (const one of back) there[one.place].dispatchEvent(new Event("input", { bubbles: true }));
  });
}
bringBack();

for (const form of document.querySelectorAll('.tools form[action="/look"]')) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    const { name, value } = event.submitter ?? {};
    if (name === "lang") {
      if (hasFiles() && !window.confirm(form.dataset.files)) { event.preventDefault(); event.stopPropagation(); }
      else keepTyped(location.pathname);
    } else if (name === "size") {
      event.preventDefault();
      event.stopPropagation();
      document.documentElement.dataset.size = value;
      const sent = new FormData(form);
      sent.set(name, value);
      for (const button of form.querySelectorAll("button")) button.hidden = button.value === value;
      form.querySelector("button:not([hidden])").focus();
      // Kept for the next page; where that fails, this one is as wished all the same.
      fetch(form.action, { method: "POST", body: sent, redirect: "manual" }).catch(() => {});
    }
  });
}
for (const way of document.querySelectorAll('a[href="/look"]')) {
  way.addEventListener("click", (event) => {
    const asks = document.querySelector(".tools form[data-files]");
    if (hasFiles() && asks && !window.confirm(asks.dataset.files)) event.preventDefault();
    else keepTyped(location.pathname);
  });
}

// ---- Until when the proof of identity holds: said two minutes and one minute before, and when it is over, with the way to another

const proved = document.querySelector("[data-proved]");
if (proved) {
  const [shown, way, heard] = [proved.querySelector("span"), proved.querySelector("a"), proved.querySelector("[role=status]")];
  const over = Date.now() + 1000 * proved.dataset.proved;
  // What is being written stays where it is: the way leads to another tab, as that of a refusal does.
  if (document.querySelector("main textarea")) Object.assign(way, { target: "_blank", rel: "opener" });
  way.href = `/verify-me?next=${encodeURIComponent(proved.dataset.back)}`;
  let told = 3;
  const tell = () => {
    const left = Math.max(0, Math.ceil((over - Date.now()) / 60000));
    if (left < told) {
      told = left;
      shown.textContent = heard.textContent = left ? proved.dataset.left.replace("{n}", left) : proved.dataset.over;
      way.hidden = false;
      proved.classList.toggle("ending", true);
    }
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(tell, 2000);
  tell();
}
