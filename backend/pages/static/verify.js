// The face check: camera, the challenge's movements one at a time, frames sent as they were taken. The camera is on only while its
// picture is shown; what is found goes to a cookie that no script reads.
const root = document.getElementById("face");
const words = JSON.parse(root.dataset.words);
const part = (id) => document.getElementById(id);
const [view, what, more, act, ring, light] = ["view", "what", "more", "act", "ring", "light"].map(part);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const FRAME = { width: 480, height: 640 };
const WEIGHT = 0.86;
// How long a prompt is read and followed before frames are taken, and between two frames (ms).
const LEAD = { neutral: 2200, turn: 2900 };
const BETWEEN = 320;
const ACROSS = { dark: 55, bright: 212 };

let stream = null;
let run = null; // The attempt under way: { gone, timers, tapped }.

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function say(stage, name, beneath, button) {
  root.dataset.stage = stage;
  what.textContent = words[name] ?? name;
  more.textContent = beneath ?? words[`${name}_more`] ?? "";
  if (button) act.textContent = words[button];
  act.hidden = !button;
}

function close() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  view.srcObject = null;
  light.textContent = "";
}

function drop() {
  if (!run) return;
  run.gone = true;
  for (const timer of run.timers) clearInterval(timer);
  run.tapped?.();
  run = null;
  delete root.dataset.turn;
}

function stop(name, beneath) {
  drop();
  close();
  say("ended", name, beneath, "again");
  act.focus({ preventScroll: true });
}

// ---- camera

const FAULTS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "absent", NotSupportedError: "absent", OverconstrainedError: "absent" };

async function open() {
  if (!navigator.mediaDevices?.getUserMedia) return stop("absent");
  say("opening", "opening");
  const wanted = { audio: false, video: { facingMode: "user", width: { ideal: 960 }, height: { ideal: 1280 } } };
  try {
    stream = await navigator.mediaDevices.getUserMedia(wanted);
    if (document.hidden) return stop("hidden");
    view.srcObject = stream;
    await view.play();
  } catch (fault) {
    return stop(FAULTS[fault.name] ?? "taken");
  }
  for (const track of stream.getTracks()) track.addEventListener("ended", () => stream && stop("hidden"));
  look(stream);
  return true;
}

async function prepare() {
  if (await open()) {
    say("ready", "ready", null, "begin");
    act.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }
}

function drawn(width, height) {
  // The middle of the picture, upright 3:4 and not mirrored: only the view on the screen is like a mirror.
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: width < 100 });
  const from = { width: view.videoWidth, height: view.videoHeight };
  const scale = Math.min(from.width / width, from.height / height);
  const cut = { width: width * scale, height: height * scale };
  context.drawImage(view, (from.width - cut.width) / 2, (from.height - cut.height) / 2, cut.width, cut.height, 0, 0, width, height);
  return { canvas, context };
}

function look(of) {
  // A word about the light, before it costs an attempt: the mean grey within the oval.
  const timer = setInterval(() => {
    if (stream !== of) return clearInterval(timer);
    if (!view.videoWidth) return;
    const { context } = drawn(36, 48);
    const seen = context.getImageData(9, 11, 18, 26).data;
    let sum = 0;
    for (let at = 0; at < seen.length; at += 4) sum += 0.3 * seen[at] + 0.59 * seen[at + 1] + 0.11 * seen[at + 2];
    const grey = sum / (seen.length / 4);
    const said = grey < ACROSS.dark ? words.dark : grey > ACROSS.bright ? words.bright : "";
    if (light.textContent !== said) light.textContent = said;
  }, 500);
}

async function shot(limits) {
  const { canvas } = drawn(FRAME.width, FRAME.height);
  for (const quality of [WEIGHT, 0.7, 0.5]) {
    const frame = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (frame.size <= limits.max_bytes || quality === 0.5) return frame;
  }
}

// ---- asking the service

async function ask(address, body) {
  const headers = { Accept: "application/json", "X-Form-Code": document.querySelector("meta[name=form-code]").content };
  const answer = await fetch(address, { method: "POST", headers, body, credentials: "same-origin" });
  if (answer.status === 401) location.reload();
  return { ok: answer.ok, told: await answer.json(), wait: Number(answer.headers.get("Retry-After")) };
}

function refuse({ told, wait }) {
  if (told.reason === "identity.consent_required") return location.reload();
  if (told.reason === "identity.challenge_expired") return stop("expired");
  if (told.reason === "identity.locked") {
    const until = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });
    return lock(`${fill(words.until, { until: until.format(Date.now() + wait * 1000) })} · ${told.message}`);
  }
  const later = wait > 90 ? fill(words.wait_minutes, { n: Math.ceil(wait / 60) }) : wait > 0 ? fill(words.wait, { n: wait }) : "";
  stop(told.message, later);
}

// That way is shut: what is left is the other one.
function lock(beneath) {
  stop("locked", beneath);
  act.hidden = true;
  part("say").focus({ preventScroll: true });
}

function settle({ ok, told, wait }) {
  if (!ok) return refuse({ told, wait });
  if (!told.passed && told.attempts_left === 0) return lock(words.locked_more);
  if (!told.passed) return stop(told.message, told.reason === "face.not_confirmed" ? fill(words.attempts, { n: told.attempts_left }) : words.uncounted);
  drop();
  close();
  say("passed", "passed", fill(words.passed_more, { until: told.verified_until.slice(11, 16) }), "on");
  act.focus({ preventScroll: true });
  setTimeout(() => location.assign(root.dataset.next), 2500);
}

// ---- the movements

const planned = (actions) => [["neutral", 2], ...actions.flatMap((action, place) => [[action, 2], ["neutral", place + 1 < actions.length ? 1 : 2]])];

const pause = (mine, ms) => new Promise((done) => { mine.timers.push(setTimeout(done, ms)); });
const tap = (mine) => new Promise((done) => { mine.tapped = done; });

function progress(share) {
  ring.setAttribute("stroke-dasharray", `${Math.min(100, share * 100)} 100`);
}

function fillRing(mine, ms) {
  // The ring fills while the prompt is followed; where motion is unwelcome it moves once a second.
  const since = performance.now();
  progress(0);
  const timer = setInterval(() => progress((performance.now() - since) / ms), calm.matches ? 1000 : 40);
  mine.timers.push(timer);
  return () => { clearInterval(timer); progress(1); };
}

function countDown(mine, challenge) {
  const lasts = challenge.lasts_s * 1000;
  const since = performance.now();
  const tell = () => {
    const left = Math.ceil((lasts - (performance.now() - since)) / 1000);
    part("left").textContent = fill(words.left, { n: Math.max(0, left) });
    if (left <= 0 && !mine.sent) stop("expired");
  };
  tell();
  mine.timers.push(setInterval(tell, 1000));
}

async function follow(mine, challenge) {
  const frames = [], steps = [];
  const plan = planned(challenge.actions);
  const slowly = part("own-pace").checked;
  root.dataset.pace = slowly ? "own" : "even";
  for (const [place, [step, count]] of plan.entries()) {
    root.dataset.turn = step;
    part("step").textContent = fill(words.step, { n: place + 1, all: plan.length });
    say("running", step, slowly ? words.tap : words.hold, slowly ? "posed" : null);
    if (slowly) {
      act.focus({ preventScroll: true });
      progress(place / plan.length);
      await tap(mine);
    } else {
      const lead = step === "neutral" ? LEAD.neutral : LEAD.turn;
      const filled = fillRing(mine, lead + count * BETWEEN);
      await pause(mine, lead);
      if (!mine.gone) mine.timers.push(setTimeout(filled, count * BETWEEN));
    }
    for (let taken = 0; taken < count && !mine.gone; taken += 1) {
      if (taken) await pause(mine, BETWEEN);
      frames.push(await shot(challenge.frames));
      steps.push(step);
    }
    if (mine.gone) return null;
  }
  return { frames, steps };
}

async function begin() {
  if (!stream && !(await open())) return;
  drop();
  const mine = (run = { gone: false, timers: [], tapped: null, sent: false });
  act.hidden = true;
  try {
    const opened = await ask(root.dataset.challenges);
    if (mine.gone) return;
    if (!opened.ok) return refuse(opened);
    countDown(mine, opened.told);
    const found = await follow(mine, opened.told);
    if (!found || mine.gone) return;
    mine.sent = true;
    delete root.dataset.turn;
    close();
    say("sending", "sending");
    const body = new FormData();
    body.append("nonce", opened.told.nonce);
    body.append("steps", JSON.stringify(found.steps));
    for (const frame of found.frames) body.append("frames", frame, "frame.jpg");
    settle(await ask(`${root.dataset.challenges}/${opened.told.id}/frames`, body));
  } catch {
    if (!mine.gone) stop("offline");
  }
}

// ---- what the visitor does

act.addEventListener("click", () => {
  const stage = root.dataset.stage;
  if (stage === "start") prepare();
  else if (stage === "ready" || stage === "ended") begin();
  else if (stage === "running") run?.tapped?.();
  else if (stage === "passed") location.assign(root.dataset.next);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden || !stream) return;
  stop("hidden");
});
addEventListener("pagehide", () => { if (stream) stop("hidden"); });

root.hidden = false;
say("start", "start", null, "open");
