"use strict";
const WORDS = {
  zh: { menu: "菜单", attach: "发送其他内容", message: "消息", send: "发送", ok: "好", as: "以谁的身份", start: "开始",
        member: "机器人", left: "还没有开始", kicked: "已停用", edited: "已编辑", deleted: "消息已删除",
        location: "位置", contact: "联系人", sticker: "贴纸", voice: "语音", forward: "转发一条消息", block: "停用机器人", unblock: "重新启用",
        away: "连接中断，正在重试…", none: "机器人还没有设置菜单", share: "分享位置：",
        hint: "还没有消息。点下面的“开始”，机器人会打招呼；之后可以直接写字、点按钮，或打开“菜单”。",
        talk: "聊天记录", keys: "机器人给的按键", bot: "机器人：", person: "我：" },
  en: { menu: "Menu", attach: "Send something else", message: "Message", send: "Send", ok: "OK", as: "Speak as", start: "Start",
        member: "bot", left: "not started yet", kicked: "blocked", edited: "edited", deleted: "message deleted",
        location: "Location", contact: "Contact", sticker: "Sticker", voice: "Voice", forward: "Forward a message", block: "Block the bot", unblock: "Unblock",
        away: "Connection lost, trying again…", none: "The bot has set no menu yet", share: "Share a location: ",
        hint: "Nothing said yet. Tap “Start” below and the bot says hello; then write, tap its buttons, or open the menu.",
        talk: "Messages", keys: "Keys from the bot", bot: "Bot: ", person: "Me: " },
};
const PLACES = [["人民广场 People's Square", 121.4737, 31.2304], ["陆家嘴 Lujiazui", 121.4998, 31.2397],
  ["静安寺 Jing'an Temple", 121.4454, 31.2233], ["嘉定 Jiading", 121.2655, 31.3747]];
const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "q", spoiler: "span" };
const at = (id) => document.getElementById(id);
const person = at("person");
let state = {}, run = 0, opener = null, drawn = "", used = false;

const say = (key) => WORDS[person.value === "7002" ? "en" : "zh"][key];
const make = (tag, given = {}, ...inside) => { const made = Object.assign(document.createElement(tag), given); made.append(...inside); return made; };

async function act(what, more = {}) {
  show(at("sheet"), []);
  const body = JSON.stringify({ person: Number(person.value), act: what, ...more });
  try {
    const answer = await fetch("/do", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    if (!answer.ok) notice((await answer.json()).description);
  } catch { notice(say("away")); }
}

function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => { at("notice").hidden = true; }, 5000);
}

/* Whoever goes by keys stays where they were when what they stood on goes away. */
function show(box, rows) {
  const within = box.contains(document.activeElement);
  box.replaceChildren(...rows.map((row) => make("div", { className: "row" }, ...row)));
  box.hidden = !rows.length;
  if (box !== at("sheet")) { if (within) (box.querySelector("button") || at("talk")).focus(); return; }
  for (const one of [at("menu"), at("attach")]) one.setAttribute("aria-expanded", String(!!rows.length && one === opener));
  if (rows.length) box.querySelector("button").focus();
  else if (within) (opener || at("talk")).focus();
}

function toggle(by, rows) {
  const shut = !at("sheet").hidden && opener === by;
  opener = by;
  at("sheet").setAttribute("aria-label", by.getAttribute("aria-label") || by.textContent);
  show(at("sheet"), shut ? [] : rows);
}

const key = (text, onclick) => make("button", { type: "button", textContent: text, onclick });
const link = (text, href) => /^https?:\/\//.test(href || "")
  ? make("a", { href, target: "_blank", rel: "noopener noreferrer", textContent: text }) : document.createTextNode(text);

function words(message) {
  const text = message.text || message.caption || "", made = make("div", { className: "words" });
  if (message.forward_origin) made.append(make("small", { textContent: `↪ ${message.forward_origin.sender_user.first_name}\n` }));
  if (message.location) made.append(`📍 ${message.venue ? message.venue.title + "\n" + message.venue.address + "\n" : ""}` +
    `${message.location.latitude.toFixed(4)}, ${message.location.longitude.toFixed(4)}`);
  if (message.contact) made.append(`👤 ${message.contact.first_name} ${message.contact.phone_number}`);
  if (message.sticker) made.append(message.sticker.emoji);
  if (message.voice) made.append(`🎤 ${message.voice.duration} s`);
  if (message.document) made.append(`📄 ${message.document.file_name}\n`);
  if (message.photo) made.append("🖼\n");
  let end = 0;
  for (const { type, offset, length, url } of message.entities || []) {
    if (offset < end) continue;
    const part = text.slice(offset, offset + length);
    made.append(text.slice(end, offset));
    if (type === "bot_command") made.append(key(part, () => act("say", { text: part })));
    else if (type === "url" || type === "text_link") made.append(link(part, url || part));
    else made.append(TAGS[type] ? make(TAGS[type], { textContent: part }) : part);
    end = offset + length;
  }
  made.append(text.slice(end));
  if (message.edit_date) made.append(make("small", { textContent: `  ${say("edited")}` }));
  return made;
}

function bubble(by, message) {
  const rows = (message.reply_markup?.inline_keyboard || []).map((row) => make("div", { className: "row" }, ...row.map((one) =>
    one.url ? link(`${one.text} ↗`, one.url) : key(one.text, () => act("tap", { message_id: message.message_id, data: one.callback_data })))));
  const who = make("span", { className: "aside", textContent: say(by) });
  return make("li", { className: by, id: `m${message.message_id}` }, who, words(message), ...rows);
}

const keys = () => (state.keyboard?.keyboard || []).map((row) => row.map((one) => typeof one === "string" ? { text: one } : one));

/* A keyboard for one time goes away once one of its keys was used, and comes back with the bot's next one. */
function follows(entry) {
  if (entry.event !== "message") return;
  if (entry.changes_keyboard) used = false;
  else if (entry.by === "person" && keys().flat().some((one) => one.request_location ? entry.message.location
    : one.request_contact ? entry.message.contact : one.text === entry.message.text)) used = true;
}

function add(entry) {
  follows(entry);
  const old = entry.message && at(`m${entry.message.message_id}`);
  if (entry.event === "message") at("talk").append(bubble(entry.by, entry.message));
  if (entry.event === "edited" && old) old.replaceWith(bubble(entry.by, entry.message));
  if (entry.event === "deleted") at(`m${entry.message_id}`)?.replaceWith(make("li", { className: "event", textContent: say("deleted") }));
  if (entry.event === "standing") at("talk").append(make("li", { className: "event", textContent: say(entry.text) }));
  if (entry.event === "answer" && entry.n > add.quietUntil && entry.text) {
    if (entry.show_alert) { at("alert").querySelector("p").textContent = entry.text; at("alert").showModal(); }
    else notice(entry.text);
  }
}

function draw() {
  at("name").textContent = state.bot.first_name;
  at("standing").textContent = say(state.standing);
  at("hint").hidden = at("talk").children.length > 0;
  const begins = state.standing === "left";
  const rows = begins ? [[{ text: "/start" }]] : used && state.keyboard?.one_time_keyboard ? [] : keys();
  const now = JSON.stringify([person.value, begins, rows]);
  if (now !== drawn) show(at("keyboard"), rows.map((row) => row.map((asked) => key(begins ? say("start") : asked.text, (event) =>
    asked.request_location ? places(event.currentTarget) : asked.request_contact ? act("contact") : act("say", { text: asked.text })))));
  drawn = now;
  at("talk").scrollTop = at("talk").scrollHeight;
}

const places = (by) => toggle(by, PLACES.map(([name, lng, lat]) => [key(say("share") + name, () => act("location", { lng, lat }))]));

async function follow() {
  const mine = ++run;
  used = false;
  at("talk").replaceChildren();
  /* What was said before is not read out; what comes is. */
  at("talk").setAttribute("aria-live", "off");
  for (let after = 0, wait = 0; mine === run;) {
    try {
      const answer = await fetch(`/events?person=${person.value}&after=${after}&wait=${wait}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (mine !== run) return;
      state = told;
      add.quietUntil = wait ? 0 : told.last;
      after = told.last;
      wait = 1;
      told.entries.forEach(add);
      draw();
      setTimeout(() => at("talk").setAttribute("aria-live", "polite"), 500);
    } catch {
      if (mine !== run) return;
      notice(say("away"));
      await new Promise((go) => setTimeout(go, 1500));
    }
  }
}

function language() {
  document.documentElement.lang = person.value === "7002" ? "en" : "zh-CN";
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
  at("text").placeholder = say("message");
}

at("form").onsubmit = (event) => {
  event.preventDefault();
  const text = at("text").value;
  if (text.trim()) act("say", { text });
  at("text").value = "";
};
at("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); at("form").requestSubmit(); }
};
at("menu").onclick = () => {
  if (!state.commands?.length) return notice(say("none"));
  toggle(at("menu"), state.commands.map((one) => [key(`/${one.command}  ${one.description}`, () => act("say", { text: `/${one.command}` }))]));
};
at("attach").onclick = () => {
  const blocking = state.standing === "kicked" ? "unblock" : "block";
  toggle(at("attach"), [[key(say("location"), () => places(at("attach"), show(at("sheet"), []))), key(say("contact"), () => act("contact"))],
    [key(say("sticker"), () => act("sticker")), key(say("voice"), () => act("voice"))],
    [key(say("forward"), () => act("forward")), key(say(blocking), () => act(blocking))]]);
};
document.onkeydown = (event) => { if (event.key === "Escape" && !at("sheet").hidden) { event.preventDefault(); show(at("sheet"), []); } };
person.onchange = () => { language(); follow(); };
language();
follow();
