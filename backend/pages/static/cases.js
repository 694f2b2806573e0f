// Forms of cases: files are looked at before they are sent, sending shows how far it is, and nothing written or chosen is lost
// when something is refused. Without this script the same forms work as they are.
const KIND = /\.(pdf|jpe?g|png|heic)$/i;

for (const form of document.querySelectorAll("form[data-case]")) begin(form);

function begin(form) {
  const words = form.dataset;
  const said = form.querySelector("[data-said]");
  const files = picking(form.querySelector("[data-files]"));
  const draft = drafting(form);
  let under_way = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (under_way) return;
    forget();
    send();
  });
  form.querySelector("[data-stop]").addEventListener("click", () => under_way && under_way.abort());

  function send() {
    const body = new FormData(form);
    body.delete("evidence");
    for (const file of files.chosen) body.append("evidence", file, file.name);
    const asked = new XMLHttpRequest();
    under_way = asked;
    busy(true);
    asked.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) show(Math.floor((event.loaded / event.total) * 100));
    });
    asked.addEventListener("load", () => { busy(false); answered(asked); });
    asked.addEventListener("error", () => { busy(false); tell(words.lost); });
    asked.addEventListener("abort", () => { busy(false); tell(words.stopped); });
    asked.open("POST", form.action);
    asked.setRequestHeader("Accept", "application/json");
    asked.setRequestHeader("X-Form-Code", document.querySelector("meta[name=form-code]").content);
    asked.send(body);
  }

  function answered(asked) {
    let found;
    try { found = JSON.parse(asked.responseText); } catch { found = {}; }
    if (asked.status < 300 && found.go) {
      draft.drop();
      window.location.assign(found.go);
    } else if (found.faults) {
      for (const [name, words_of] of Object.entries(found.faults)) mark(name, words_of);
      name_boxes(tell(words.check), found.faults);
    } else {
      const note = tell(found.message || words.lost);
      if (found.reason === "identity.verification_required" || asked.status === 401) way_on(note, words.step, words.again, words.kept);
      // Sent before and changed since: from now on it is another form, and the words wait where they can be added.
      if (found.once) form.querySelector("[name=_once]").value = found.once;
      if (found.more && leave(`objection-more:${found.data.objection_id}`, found.more)) link(note, `/objections/${found.data.objection_id}#evidence`, words.more);
      else if (found.data && found.data.objection_id) link(note, "/objections/" + found.data.objection_id, words.see);
      if (found.data && found.data.restoration_id) link(note, "/restorations/" + found.data.restoration_id, words.see);
    }
  }

  function busy(is) {
    if (!is) under_way = null;
    form.querySelector("[data-sending]").hidden = !is;
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.disabled = is;
      button.toggleAttribute("aria-busy", is);
    }
    show(0);
  }

  function show(percent) {
    form.querySelector("progress").value = percent;
    const told = percent >= 100 ? words.handling : `${percent - (percent % 10)}%`;
    const place = form.querySelector("[data-percent]");
    if (place.textContent !== told) place.textContent = told;
  }

  function tell(sentence) {
    said.textContent = "";
    const line = document.createElement("p");
    line.append(Object.assign(document.createElement("strong"), { textContent: sentence }));
    said.append(line);
    said.hidden = false;
    said.focus();
    return said;
  }

  function forget() {
    said.hidden = true;
    for (const old of form.querySelectorAll("[data-refusal]")) old.remove();
    for (const old of form.querySelectorAll(".fault[id]")) old.hidden = true;
    for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  }

  /* The boxes that were marked, by their names and with a link to each, as on the page that a form without a script gets. */
  function name_boxes(note, faults) {
    const list = document.createElement("ul");
    for (const [box, sentence] of Object.entries(faults)) {
      const place = document.getElementById("e-" + box);
      const on = form.querySelector(`label[for="f-${box}"]`) || (place && place.closest("fieldset")?.querySelector("legend"));
      const line = document.createElement("li");
      if (on) {
        const href = document.getElementById("f-" + box) ? "#f-" + box : "#e-" + box;
        line.append(Object.assign(document.createElement("a"), { href, textContent: on.firstChild.textContent.trim() }), document.documentElement.lang === "en" ? ": " : "：");
      }
      line.append(sentence);
      list.append(line);
    }
    note.append(list);
  }

  function mark(name, sentence) {
    const place = document.getElementById("e-" + name);
    if (place) { place.textContent = sentence; place.hidden = false; }
    const field = document.getElementById("f-" + name);
    if (field) field.setAttribute("aria-invalid", "true");
  }
}

function link(note, target, sentence, where) {
  const way = Object.assign(document.createElement("a"), { href: target, textContent: sentence });
  if (where) Object.assign(way, { target: "_blank", rel: "opener", className: "button second" });
  const line = document.createElement("p");
  line.append(way);
  note.append(line);
}

// To prove who one is anew, in another tab: what stands in this one stays.
function way_on(note, target, sentence, kept) {
  link(note, target, sentence, true);
  note.append(Object.assign(document.createElement("p"), { textContent: kept }));
}

// The files chosen so far, from both fields and over several times of choosing.
function picking(box) {
  const chosen = [];
  if (!box) return { chosen };
  const { most, bytes, many, large, kind, empty, remove } = box.dataset;
  const list = box.querySelector("[data-chosen]");
  const fault = box.querySelector("[data-file-fault]");
  box.classList.add("live");
  for (const field of box.querySelectorAll("input[type=file]")) {
    if (field.files.length) take(field);
    field.addEventListener("change", () => take(field));
  }

  function take(field) {
    const refused = [];
    for (const file of field.files) {
      if (!KIND.test(file.name) && !["application/pdf", "image/jpeg", "image/png", "image/heic"].includes(file.type)) refused.push(`${file.name} ${kind}`);
      else if (file.size === 0) refused.push(`${file.name} ${empty}`);
      else if (file.size > Number(bytes)) refused.push(`${file.name} ${large}`);
      else if (chosen.length >= Number(most)) refused.push(`${file.name} ${many}`);
      else if (!chosen.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified)) chosen.push(file);
    }
    field.value = "";
    fault.textContent = refused.join(document.documentElement.lang === "en" ? "; " : "；");
    fault.hidden = !refused.length;
    draw();
  }

  function draw() {
    list.textContent = "";
    list.hidden = !chosen.length;
    for (const file of chosen) {
      const line = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = `${file.name} (${file.size < 1048576 ? Math.max(1, Math.round(file.size / 1024)) + "\u00a0KB" : (file.size / 1048576).toFixed(1) + "\u00a0MB"})`;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: remove });
      button.setAttribute("aria-label", `${remove} ${file.name}`);
      button.addEventListener("click", () => { chosen.splice(chosen.indexOf(file), 1); fault.hidden = true; draw(); box.querySelector("input").focus(); });
      line.append(name, button);
      list.append(line);
    }
    for (const field of box.querySelectorAll("input[type=file]")) field.disabled = chosen.length >= Number(most);
  }
  return { chosen };
}

function kept_at(about) {
  return `${document.documentElement.dataset.door}:draft:${about}`;
}

// Words for another form of this tab: it finds them as what was being written there.
function leave(about, text) {
  try { sessionStorage.setItem(kept_at(about), text); return true; } catch { return false; }
}

// What is being written survives a reload, in this tab alone, until it is sent.
function drafting(form) {
  const key = kept_at(form.dataset.case);
  const area = form.querySelector("textarea");
  const told = form.querySelector("[data-draft]");
  try {
    const kept = sessionStorage.getItem(key);
    if (kept && !area.value) {
      area.value = kept;
      told.textContent = form.dataset.draftBack;
      told.hidden = false;
      form.closest("details")?.setAttribute("open", "");
    }
    area.addEventListener("input", () => {
      if (area.value) sessionStorage.setItem(key, area.value);
      else sessionStorage.removeItem(key);
    });
  } catch { /* A browser that keeps nothing: the words stay on the page. */ }
  return { drop: () => { try { sessionStorage.removeItem(key); } catch { /* as above */ } } };
}
