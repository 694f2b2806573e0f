// The editor of news: how it will look, a moment after typing stops; a picture put where the cursor stands.
"use strict";

const form = document.querySelector("[data-editor]");
const looks = document.querySelector("[data-looks]");
const code = document.querySelector('meta[name="form-code"]').content;
let waiting = 0, asked = 0;

async function look() {
  const number = ++asked;
  const sent = new FormData();
  for (const name of ["body", "body_en"]) sent.append(name, form.elements[name].value);
  const trouble = looks.querySelector("[data-trouble]");
  try {
    const answer = await fetch(form.dataset.editor, { method: "POST", body: sent, headers: { Accept: "application/json", "X-Form-Code": code } });
    if (!answer.ok) throw new Error(answer.status);
    const found = await answer.json();
    if (number !== asked) return; // somebody typed on
    for (const place of looks.querySelectorAll("[data-look]")) place.innerHTML = found[place.dataset.look] || "";
    trouble.hidden = true;
  } catch {
    trouble.hidden = false;
  }
  looks.hidden = false;
}

function later() { clearTimeout(waiting); waiting = setTimeout(look, 400); }

if (form && looks) {
  form.elements.body.addEventListener("input", later);
  form.elements.body_en.addEventListener("input", later);
  if (form.elements.body.value) look();
  for (const button of form.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const box = form.elements.body;
      const at = box.selectionEnd, words = button.dataset.words;
      box.setRangeText(`\n\n![${words}](${button.dataset.insert})\n`, at, at, "end");
      box.focus();
      box.setSelectionRange(at + 4, at + 4 + words.length); // what it shows is typed next
      later();
    });
  }
  // A picture that is too large would be refused with the whole form: said before it is sent.
  const picture = form.elements.picture;
  if (picture) picture.addEventListener("change", () => {
    const large = picture.files.length > 0 && picture.files[0].size > Number(picture.dataset.most);
    const fault = document.getElementById("e-picture");
    fault.textContent = large ? picture.dataset.words : "";
    fault.hidden = !large;
    if (large) picture.value = "";
  });
  // What was typed is not left behind by a slip.
  let kept = true;
  form.addEventListener("input", () => { kept = false; });
  form.addEventListener("submit", () => { kept = true; });
  window.addEventListener("beforeunload", (event) => { if (!kept && !("kept" in document.documentElement.dataset)) event.preventDefault(); });
}
