// What every page does beyond its markup. Without it everything still works.
"use strict";

// A form is sent once: a second tap while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  const asked = form.dataset.confirm;
  if (asked && !window.confirm(asked)) { event.preventDefault(); return; }
  // What was written and not sent is for nobody who comes after.
  if (/\/logout$|^\/me\/close$/.test(form.getAttribute("action") || "")) { try { sessionStorage.clear(); } catch { /* nothing is kept there */ } }
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
