// The face check: camera, the challenge's movements one at a time, frames sent as they were taken. The camera is on only while its
// picture is shown; what is found goes to a cookie that no script reads.
import { telling } from "./countdown.js";

const root = document.getElementById("face");
const words = JSON.parse(root.dataset.words);
const part = (id) => document.getElementById(id);
const [view, what, more, act, ring, light, frame] = ["view", "what", "more", "act", "ring", "light", "frame"].map(part);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const WEIGHT = 0.86;
// The middle of the oval, in grey: 3:4 of the picture's height lie within its frame, and a face fills half of that.
const SEEN = { width: 18, height: 26 };
// How long a prompt is read and followed before frames are taken, and between two frames (ms).
const LEAD = { neutral: 2200, turn: 2900 };
const BETWEEN = 320;
// Mean grey of the oval: said as a hint, and so far out that the service would refuse it in any case.
const ACROSS = { dark: 55, bright: 212 };
const USELESS = { dark: 40, bright: 225 };
// Grey levels between looking straight and a turn, below which nothing moved at all; and how many steps may be taken anew.
const MOVED = 2;
const ANEW = 3;
// How long the camera's next picture is waited for (ms).
const LATE = 3000;

let stream = null;
let run = null; // The attempt under way: { gone, timers, tapped, sent, shown }.

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function say(stage, name, beneath, button) {
  const had = document.activeElement === act;
  root.dataset.stage = stage;
  what.textContent = words[name] ?? name;
  more.textContent = beneath ?? words[`${name}_more`] ?? "";
  if (button) act.textContent = words[button];
  act.hidden = !button;
  if (had && !button) wait();
}

// A button that goes would take the focus with it. What comes next is told by the live region, within this part of the page.
function wait() {
  act.hidden = true;
  root.focus({ preventScroll: true });
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
  delete root.dataset.got;
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
  // The size at which the face process works: a larger frame would take seven times as long to read, to tell no more.
  const wanted = { audio: false, video: { facingMode: "user", width: { ideal: 480 }, height: { ideal: 640 } } };
  try {
    stream = await navigator.mediaDevices.getUserMedia(wanted);
    if (document.hidden) return stop("hidden");
    view.srcObject = stream;
    await view.play();
  } catch (fault) {
    return stop(FAULTS[fault.name] ?? "taken");
  }
  const mine = stream;
  // Pulled out, or taken by a call: the picture stands still.
  for (const track of mine.getTracks()) for (const lost of ["ended", "mute"]) track.addEventListener(lost, () => stream === mine && stop("lost"));
  // What is sent is what is shown: the whole picture, in the shape that the camera gives it.
  shape();
  look(mine);
  return true;
}

function shape() { if (view.videoWidth) frame.style.aspectRatio = `${view.videoWidth} / ${view.videoHeight}`; }
view.addEventListener("resize", shape);

async function prepare() {
  if (await open()) {
    say("ready", "ready", null, "begin");
    act.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }
}

function seen() {
  const across = Math.min(view.videoWidth, 0.75 * view.videoHeight) / 2;
  const down = across * (0.54 / 0.375);
  const context = new OffscreenCanvas(SEEN.width, SEEN.height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(view, (view.videoWidth - across) / 2, (view.videoHeight - down) / 2, across, down, 0, 0, SEEN.width, SEEN.height);
  const { data } = context.getImageData(0, 0, SEEN.width, SEEN.height);
  return Array.from({ length: data.length / 4 }, (_, at) => 0.3 * data[4 * at] + 0.59 * data[4 * at + 1] + 0.11 * data[4 * at + 2]);
}

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const apart = (one, other) => mean(one.map((grey, at) => Math.abs(grey - other[at])));
const lightOf = (grey, across) => grey < across.dark ? "dark" : grey > across.bright ? "bright" : null;

function look(of) {
  // A word about the light, before it costs an attempt.
  const timer = setInterval(() => {
    if (stream !== of) return clearInterval(timer);
    if (!view.videoWidth) return;
    const said = words[lightOf(mean(seen()), ACROSS)] ?? "";
    if (light.textContent !== said) light.textContent = said;
  }, 500);
}

// Until the camera has given another picture: on a device that has much to do it comes late, and the same one taken twice would look
// like a photograph held before it. The browser may tell once more of the picture that is shown already.
const another = (mine) => new Promise((done) => {
  if (!view.requestVideoFrameCallback) return done();
  const shown = (_, { presentedFrames }) => {
    if (presentedFrames === mine.shown) return view.requestVideoFrameCallback(shown);
    mine.shown = presentedFrames;
    done();
  };
  view.requestVideoFrameCallback(shown);
  mine.timers.push(setTimeout(done, LATE));
});

// A frame as the camera gave it, and not mirrored: only the view on the screen is like a mirror. Made smaller only when it would weigh
// more than a frame may.
async function shot(limits) {
  const whole = new OffscreenCanvas(view.videoWidth, view.videoHeight);
  whole.getContext("2d").drawImage(view, 0, 0);
  let taken = await whole.convertToBlob({ type: "image/jpeg", quality: WEIGHT });
  for (let scale = 0.75; taken.size > limits.max_bytes && scale > 0.1; scale *= 0.75) {
    const smaller = new OffscreenCanvas(Math.round(whole.width * scale), Math.round(whole.height * scale));
    smaller.getContext("2d").drawImage(whole, 0, 0, smaller.width, smaller.height);
    taken = await smaller.convertToBlob({ type: "image/jpeg", quality: WEIGHT });
  }
  return taken;
}

// ---- asking the service

async function ask(address, body) {
  const headers = { Accept: "application/json", "X-Form-Code": document.querySelector("meta[name=form-code]").content };
  const answer = await fetch(address, { method: "POST", headers, body, credentials: "same-origin" }).catch(() => null);
  if (!answer) return { ok: false, lost: true };
  if (answer.status === 401) location.reload();
  const told = await answer.json().catch(() => null);
  return told ? { ok: answer.ok, told, wait: Number(answer.headers.get("Retry-After")) } : { ok: false, lost: true };
}

function refuse({ told, wait, lost }) {
  if (lost) return stop(run?.sent ? "unanswered" : "offline");
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
  root.querySelector("a.second").focus({ preventScroll: true });
}

function settle({ ok, told, wait, lost }) {
  if (!ok) return refuse({ told, wait, lost });
  if (!told.passed && told.attempts_left === 0) return lock(words.locked_more);
  if (!told.passed) return stop(told.message, told.reason === "face.not_confirmed" ? fill(words.attempts, { n: told.attempts_left }) : words.uncounted);
  drop();
  close();
  say("passed", "passed", fill(words.passed_more, { until: told.verified_until.slice(11, 16) }), "on");
  act.focus({ preventScroll: true });
  // Who sets the own pace goes on by hand.
  if (root.dataset.pace !== "own") setTimeout(() => location.assign(root.dataset.next), 2500);
}

// ---- the movements

const planned = (actions) => [["neutral", 2], ...actions.flatMap((action, place) => [[action, 2], ["neutral", place + 1 < actions.length ? 1 : 2]])];

const pause = (mine, ms) => new Promise((done) => { mine.timers.push(setTimeout(done, ms)); });
const tap = (mine) => new Promise((done) => { mine.tapped = done; });

function progress(share) {
  ring.setAttribute("stroke-dasharray", `${Math.min(100, share * 100)} 100`);
}

function fillRing(mine, ms) {
  // The ring fills while the prompt is followed; where motion is unwelcome it moves once a second. Each move paints the page anew,
  // which a phone that reads a camera at the same time feels: ten of them in a second are seen as one.
  const since = performance.now();
  progress(0);
  const timer = setInterval(() => progress((performance.now() - since) / ms), calm.matches ? 1000 : 100);
  mine.timers.push(timer);
  return () => { clearInterval(timer); progress(1); };
}

function countDown(mine, challenge) {
  const lasts = challenge.lasts_s * 1000;
  const since = performance.now();
  const tells = telling(part("time"), [15, 30]);
  const tell = () => {
    const left = Math.ceil((lasts - (performance.now() - since)) / 1000);
    part("left").textContent = fill(words.left, { n: Math.max(0, left) });
    if (left > 0) tells(left);
    if (left <= 0 && !mine.sent) stop("expired");
  };
  tell();
  mine.timers.push(setInterval(tell, 1000));
}

// What can be told of a step here, without knowing a face: no light, too much of it, or nothing that moved. Anything else is for the
// service to judge.
function trouble(step, greys, straight) {
  const bad = lightOf(mean(greys.map(mean)), USELESS);
  if (bad) return bad;
  return step !== "neutral" && straight && greys.every((one) => apart(one, straight) < MOVED) ? "unmoved" : null;
}

function prompt(step, place, all, wrong, slowly) {
  part("step").textContent = fill(words.step, { n: place + 1, all });
  part("dots").textContent = "●".repeat(place) + "○".repeat(all - place);
  const how = slowly ? words.tap : words.hold;
  const before = wrong ? words[step] : place ? words.got : "";
  say("running", wrong ? `${wrong}_again` : step, before ? fill(words.then, { before, how }) : how, slowly ? "posed" : null);
}

function praise(mine) {
  root.dataset.got = "1";
  navigator.vibrate?.(40);
  mine.timers.push(setTimeout(() => delete root.dataset.got, 700));
}

async function pose(mine, step, count, place, all, slowly) {
  if (slowly) {
    act.focus({ preventScroll: true });
    progress(place / all);
    return tap(mine);
  }
  const lead = step === "neutral" ? LEAD.neutral : LEAD.turn;
  const filled = fillRing(mine, lead + count * BETWEEN);
  await pause(mine, lead);
  if (!mine.gone) mine.timers.push(setTimeout(filled, count * BETWEEN));
}

async function follow(mine, challenge) {
  const frames = [], steps = [];
  const plan = planned(challenge.actions);
  const slowly = part("own-pace").checked;
  root.dataset.pace = slowly ? "own" : "even";
  let anew = ANEW, wrong = null, straight = null;
  for (let place = 0; place < plan.length && !mine.gone;) {
    const [step, count] = plan[place];
    root.dataset.turn = step;
    prompt(step, place, plan.length, wrong, slowly);
    await pose(mine, step, count, place, plan.length, slowly);
    const taken = [], greys = [];
    for (let at = 0; at < count && !mine.gone; at += 1) {
      if (at) await pause(mine, BETWEEN);
      await another(mine);
      greys.push(seen());
      taken.push(await shot(challenge.frames));
    }
    if (mine.gone) return null;
    wrong = anew > 0 ? trouble(step, greys, straight) : null;
    if (wrong) { anew -= 1; continue; }
    if (step === "neutral") straight = greys.at(-1);
    frames.push(...taken);
    steps.push(...taken.map(() => step));
    place += 1;
    praise(mine);
  }
  return mine.gone ? null : { frames, steps };
}

async function begin() {
  if (!stream && !(await open())) return;
  drop();
  const mine = (run = { gone: false, timers: [], tapped: null, sent: false, shown: 0 });
  part("time").textContent = "";
  wait();
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
    // Not the network, which is told above: the camera gave nothing that could be taken.
    if (!mine.gone) stop("lost");
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
