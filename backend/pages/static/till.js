// The till: the camera reads a code, the answer comes in place, and the next customer is one tap away.
// Without this the form leads to the same answer as a page of its own.
const ask = document.getElementById("ask");
const asking = document.getElementById("asking");
const stage = document.getElementById("stage");
const said = document.getElementById("said");
const scan = document.getElementById("scan");
const eye = document.getElementById("eye");
const start = document.getElementById("scan-start");
const stop = document.getElementById("scan-stop");
const field = ask.elements.code;
const { kind, other, reader } = ask.dataset;
const PASS = 8, CLAIM = 12, PAUSE_MS = 120, SIDE = 480, SAME_MS = 6000, KEPT = 10;
// Under the name of the door: they go when the clerk signs out (site.js).
const CODE = "merchant:code", CAMERA = "merchant:camera";

const say = (text, aim = false) => { said.textContent = text; said.classList.toggle("aim", aim); };
const bare = (text) => text.normalize("NFKC").replace(/[\s-]/g, "");
const isOther = (text) => /^[0-9a-z]+$/i.test(bare(text)) && bare(text).length === (kind === "check" ? CLAIM : PASS);

// --- Answers -------------------------------------------------------------------------------------------------------------
let waiting = false;

ask.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  submit();
}, true);

async function submit() {
  if (waiting || !field.value.trim()) { field.focus(); return; }
  if (isOther(field.value)) { elsewhere(field.value); return; }
  waiting = true;
  ask.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(ask.action, { method: "POST", body: new URLSearchParams(new FormData(ask)), headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const told = found.getElementById("stage");
    if (!told || !told.firstElementChild) { location.assign(answer.redirected ? answer.url : ask.action.replace(/\/check$/, "")); return; }
    ask.elements.key.value = found.querySelector("#ask [name=key]").value;
    show(told);
  } catch {
    say(said.dataset.lost);
  } finally {
    waiting = false;
    ask.removeAttribute("aria-busy");
  }
}

function show(told) {
  stage.replaceChildren(...told.children);
  const section = stage.querySelector("[data-verdict]");
  const verdict = section.dataset.verdict;
  say("");
  if (verdict === "refused") { field.select(); } else { answered(section); }
  section.focus();
  section.scrollIntoView({ block: "nearest" });
  navigator.vibrate?.(verdict === "refused" ? [80, 60, 80] : 60);
}

function answered(section) {
  asking.hidden = true;
  field.value = "";
  remember(section);
  stage.querySelector("#next")?.addEventListener("click", (event) => { event.preventDefault(); next(); });
}

function next() {
  stage.replaceChildren();
  asking.hidden = false;
  if (eye.hidden) field.focus();
  else stop.focus();
}

function elsewhere(text) {
  say(said.dataset.wrong, true);
  sessionStorage.setItem(CODE, text);
  location.assign(other);
}

// --- The latest answers of this window: verdict, time and number; there is nothing else to keep --------------------------
const last = document.getElementById("last");
const drawer = `merchant:last:${last.dataset.shop}`;
const kept = () => { try { return JSON.parse(sessionStorage.getItem(drawer) ?? "[]"); } catch { return []; } };

function remember(section) {
  const { verdict, number, at } = section.dataset;
  const words = section.querySelector(".verdict-word").textContent.trim();
  const lines = kept().filter((one) => one.number !== number);
  sessionStorage.setItem(drawer, JSON.stringify([{ verdict, number, at, words }, ...lines].slice(0, KEPT)));
  list();
}

function list() {
  const lines = kept();
  last.hidden = lines.length === 0;
  last.querySelector("ol").replaceChildren(...lines.map((one) => {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = one.at;
    time.textContent = one.at.slice(11, 19);
    const words = document.createElement("strong");
    words.textContent = one.words;
    const number = document.createElement("span");
    number.className = "number";
    number.textContent = one.number;
    line.append(time, words, number);
    return line;
  }));
}

// --- The camera ----------------------------------------------------------------------------------------------------------
let stream = null;
let read = null;
let seen = { text: "", at: -SAME_MS };

async function makeReader() {
  if ("BarcodeDetector" in window) {
    try {
      if ((await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        return async () => (await detector.detect(eye))[0]?.rawValue;
      }
    } catch { /* there in name only: read ourselves */ }
  }
  const { decodeQR } = await import(reader);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const side = Math.min(eye.videoWidth, eye.videoHeight);
    if (!side) return undefined;
    context.drawImage(eye, (eye.videoWidth - side) / 2, (eye.videoHeight - side) / 2, side, side, 0, 0, SIDE, SIDE);
    try { return decodeQR(context.getImageData(0, 0, SIDE, SIDE)); } catch { return undefined; }
  };
}

async function look() {
  if (!stream) return;
  if (!waiting && !asking.hidden && document.visibilityState === "visible") {
    const text = await read().catch(() => undefined);
    if (text) take(text);
  }
  setTimeout(look, PAUSE_MS);
}

// The same code stays before the camera for a while: it is taken once.
function take(text) {
  const now = performance.now();
  const again = text === seen.text && now - seen.at < SAME_MS;
  seen = { text, at: now };
  if (again || text.length > 200) return;
  field.value = text;
  submit();
}

async function open() {
  say("");
  try {
    read ??= await makeReader();
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    say(error.name === "NotAllowedError" ? said.dataset.denied : said.dataset.none);
    sessionStorage.removeItem(CAMERA);
    field.focus();
    return;
  }
  eye.srcObject = stream;
  eye.hidden = stop.hidden = false;
  start.hidden = true;
  await eye.play();
  sessionStorage.setItem(CAMERA, "1");
  say(said.dataset.aim, true);
  look();
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  eye.hidden = stop.hidden = true;
  start.hidden = false;
  sessionStorage.removeItem(CAMERA);
  say("");
}

// --- Begin ---------------------------------------------------------------------------------------------------------------
list();
const arrived = stage.querySelector("[data-verdict]");
if (arrived && arrived.dataset.verdict !== "refused") answered(arrived);
const brought = sessionStorage.getItem(CODE);
if (brought) { sessionStorage.removeItem(CODE); field.value = brought; field.focus(); }
if (navigator.mediaDevices?.getUserMedia) {
  scan.hidden = false;
  start.addEventListener("click", open);
  stop.addEventListener("click", close);
  if (sessionStorage.getItem(CAMERA)) open();
} else if (!arrived) {
  field.focus();
}
