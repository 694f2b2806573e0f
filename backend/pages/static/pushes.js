// Pushes: how many would have it while boxes are ticked, and the figures of one while it goes out.
"use strict";

const code = document.querySelector('meta[name="form-code"]').content;
const form = document.querySelector("[data-audience]");
const watched = document.querySelector("[data-watch]");
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const number = (value) => value.toLocaleString("en-US");

if (form) {
  const said = form.querySelector("[data-count]");
  let waiting = 0, asked = 0;
  const count = async () => {
    const mine = ++asked;
    const sent = new FormData();
    for (const [name, value] of new FormData(form)) if (/^(districts|follows|roles|channels)$/.test(name)) sent.append(name, value);
    const answer = await fetch(form.dataset.audience, { method: "POST", body: sent, headers: { Accept: "application/json", "X-Form-Code": code } }).catch(() => null);
    if (mine !== asked || !answer || !answer.ok) return; // the next step counts again
    const found = await answer.json();
    said.textContent = found.people === null ? said.dataset.none
      : filled(found.complete ? said.dataset.words : said.dataset.more, { n: number(found.people) });
  };
  form.addEventListener("change", (event) => {
    if (!/^(districts|follows|roles|channels)$/.test(event.target.name)) return;
    clearTimeout(waiting);
    waiting = setTimeout(count, 300);
  });
  if (form.querySelector("[name=channels]")) count();
}

if (watched && !("over" in watched.dataset)) {
  const said = watched.querySelector("[data-said]");
  let looks = 0;
  const look = async () => {
    const answer = document.hidden ? null : await fetch(watched.dataset.watch, { headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer && answer.ok ? await answer.json() : null;
    if (found) show(found);
    // A push that stands still is not watched: each look would keep the session of an empty desk alive.
    if (!found || !(found.over || found.state === "paused")) setTimeout(look, found ? 2000 : 10000);
  };
  const show = (found) => {
    for (const place of watched.querySelectorAll("[data-figure]")) place.textContent = number(found[place.dataset.figure]);
    for (const bar of watched.querySelectorAll("[data-bar]")) { bar.max = found.people || 1; bar.value = found[bar.dataset.bar]; }
    watched.querySelector("[data-incomplete]").hidden = found.complete;
    watched.querySelector("[data-held]").hidden = !found.held;
    watched.querySelector("[data-held-until]").textContent = found.held || "";
    // Read out now and then, not every two seconds.
    if (looks++ % 5 === 0 || found.over) said.textContent = filled(said.dataset.words, { sent: number(found.sent), failed: number(found.failed), queued: number(found.queued) });
    if (found.state !== watched.dataset.state) document.querySelector("[data-changed]").hidden = false;
  };
  setTimeout(look, 2000);
}
