// Files on their way in: how much has been sent, and how much has been read. Without a script the form is sent as any
// other, and looking again shows the same.
"use strict";

const form = document.querySelector("[data-upload]");
if (form) form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  const part = (name) => form.querySelector(`[data-upload-${name}]`);
  const button = form.querySelector("button");
  const stopped = (words) => {
    part("fault").textContent = words;
    part("fault").hidden = !words;
    part("progress").hidden = true;
    button.disabled = false;
  };
  const file = form.elements.file.files[0];
  if (file && file.size > Number(form.dataset.upload)) { stopped(part("fault").dataset.large); return; }
  const before = form.querySelector("[data-refusal]");
  if (before) before.remove();
  stopped("");
  part("progress").hidden = false;
  button.disabled = true;
  const sending = new XMLHttpRequest();
  sending.upload.addEventListener("progress", (at) => {
    if (!at.lengthComputable) return;
    part("progress").querySelector("progress").value = at.loaded / at.total;
    part("share").textContent = `${Math.floor(100 * at.loaded / at.total)}%`;
  });
  sending.addEventListener("load", () => {
    if (sending.status < 400) { location.assign(sending.responseURL); return; }
    // What was refused is a page, with the reason on top of its form, or a page of its own.
    const page = new DOMParser().parseFromString(sending.responseText, "text/html");
    const told = page.querySelector("[data-refusal]");
    const words = page.querySelector("main h1");
    stopped(told ? "" : words ? words.textContent : part("fault").dataset.broken);
    if (!told) return;
    form.querySelector("h2").after(told);
    told.focus();
  });
  for (const end of ["error", "abort"]) sending.addEventListener(end, () => stopped(part("fault").dataset.broken));
  sending.open("POST", form.action);
  sending.setRequestHeader("Accept", "text/html");
  sending.send(new FormData(form));
});

const EVERY_MS = 1500;
const look = async () => {
  const shown = document.querySelector("[data-live]");
  if (!shown || !("open" in shown.dataset)) return;
  try {
    const found = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = found.ok && !found.redirected
      && new DOMParser().parseFromString(await found.text(), "text/html").querySelector("[data-live]");
    if (fresh && "open" in fresh.dataset) {
      const [old, now] = [shown, fresh].map((one) => one.querySelector("progress"));
      old.value = now.value;
      old.previousElementSibling.textContent = now.previousElementSibling.textContent;
    } else if (fresh) { location.reload(); return; }
  } catch { /* The network is away for now; the next look may find it. */ }
  setTimeout(look, EVERY_MS);
};
setTimeout(look, EVERY_MS);
