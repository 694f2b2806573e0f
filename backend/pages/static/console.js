// The console by keyboard: j and k walk a list, numbers open what can be done with a case or lead to it. Boxes keep their letters, and who switched
// single keys off at the desk keeps them all.
"use strict";

const isOff = document.querySelector("meta[name=single-keys]")?.content === "off";
const typing = (event) => event.ctrlKey || event.metaKey || event.altKey
  || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;

document.addEventListener("keydown", (event) => {
  if (isOff || typing(event)) return;
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length && (event.key === "j" || event.key === "k")) {
    const at = rows.indexOf(document.activeElement);
    const next = event.key === "j" ? at + 1 : Math.max(0, at < 0 ? 0 : at - 1);
    if (rows[next]) { rows[next].focus(); event.preventDefault(); }
    return;
  }
  if (!/^[1-9]$/.test(event.key)) return;
  const act = document.querySelectorAll("[data-act]")[Number(event.key) - 1];
  if (!act) return;
  event.preventDefault();
  if (act.tagName === "DETAILS") act.open = true;
  const place = act.matches("a, button") ? act : act.querySelector("textarea, select, input:not([type=hidden]), button");
  if (place) { place.focus(); place.scrollIntoView({ block: "center" }); }
});
// What can be printed says so only where there is a script to print it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
