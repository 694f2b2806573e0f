// The map beside the list. Without this the list has everything; with it the same shops stand on a map, and a browser's
// position can put the nearest first. The position goes into one form, for one answer, and is kept nowhere.
"use strict";

// Where the name of a district is written: places of our own choosing, a schematic, and nobody's boundaries.
const NAMES_AT = {
  310101: [121.49, 31.215], 310104: [121.43, 31.155], 310105: [121.37, 31.205], 310106: [121.445, 31.245], 310107: [121.385, 31.265], 310109: [121.485, 31.28],
  310110: [121.545, 31.3], 310112: [121.37, 31.03], 310113: [121.41, 31.44], 310114: [121.18, 31.4], 310115: [121.82, 31.1], 310116: [121.2, 30.76],
  310117: [121.14, 30.98], 310118: [120.98, 31.14], 310120: [121.57, 30.85], 310151: [121.5, 31.69],
};
const INNER = new Set(["310101", "310104", "310105", "310106", "310107", "310109", "310110"]);
const CITY = [31.2, 121.47];
const MOST = 500;
const DIGITS = 4; // of a position that is sent: some ten metres

const box = document.querySelector("[data-map]");
const words = JSON.parse(box.dataset.words);
const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const told = document.querySelector("[data-told]");
// `softly`: for who listens, where who looks can see it anyway.
const tell = (sentence, softly = false) => {
  if (!told) return;
  told.classList.toggle("sr", softly);
  told.textContent = sentence;
};

const map = window.L ? drawn() : null;
if (map && box.dataset.at) one(box.dataset.at.split(",").map(Number));
if (!box.dataset.at) list();

function element(name, mark, text) {
  const made = document.createElement(name);
  if (mark) made.className = mark;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawn() {
  document.querySelector("[data-drawn]").hidden = false;
  const made = L.map(box, {
    center: CITY, zoom: 10, minZoom: 8, maxZoom: 18, zoomControl: false, attributionControl: false,
    maxBounds: [[30, 120], [32.6, 123.2]], zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: words.in, zoomOutTitle: words.out }).addTo(made);
  L.control.scale({ imperial: false }).addTo(made);
  if (box.dataset.tiles) {
    L.control.attribution({ prefix: false }).addTo(made);
    const attribution = element("span", "", box.dataset.attribution).innerHTML;
    L.tileLayer(box.dataset.tiles, { maxZoom: 18, attribution }).addTo(made);
  } else {
    const squares = new L.GridLayer({ tileSize: 128 });
    squares.createTile = () => element("div", "grid-square");
    squares.addTo(made);
  }
  names(made);
  made.on("popupopen", ({ popup }) => {
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", words.close);
    popup.getElement().querySelector("a.button")?.focus({ preventScroll: true });
  });
  return made;
}

function names(made) {
  made.createPane("names").style.zIndex = 350;
  const written = L.layerGroup();
  for (const [code, name] of Object.entries(JSON.parse(box.dataset.districts))) {
    const [lng, lat] = NAMES_AT[code];
    const label = element("span", "", name);
    label.setAttribute("aria-hidden", "true");
    L.marker([lat, lng], { pane: "names", interactive: false, keyboard: false, icon: L.divIcon({ className: INNER.has(code) ? "district inner" : "district", html: label, iconSize: null }) }).addTo(written);
  }
  const choice = document.querySelector("[data-names]");
  if (choice?.checked) written.addTo(made);
  const look = () => box.classList.toggle("far-off", made.getZoom() < 11); // seven names on one spot are none
  made.on("zoomend", look);
  look();
  choice?.addEventListener("change", () => (choice.checked ? written.addTo(made) : written.remove()));
}

function pin([lng, lat], { name, kind }) {
  const drop = document.createDocumentFragment();
  drop.append(element("span", "pin-drop"), element("span", "pin-letter", words.kinds[kind]));
  const html = element("span");
  html.append(drop);
  return L.marker([lat, lng], { title: name, icon: L.divIcon({ className: "pin", html, iconSize: [44, 48], iconAnchor: [22, 43], popupAnchor: [0, -36] }) });
}

function group(count) {
  const size = count < 10 ? 40 : count < 100 ? 48 : 56;
  const html = element("span", "", String(count));
  html.append(element("span", "sr", ` ${words.shops}`));
  return L.divIcon({ className: "group", html, iconSize: [size, size] });
}

function one(at) {
  pin(at, box.dataset).addTo(map);
  map.setView([at[1], at[0]], 15, { animate: false });
}

function day(iso) {
  return new Date(`${iso}T00:00`).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
}

// What a pin says when it is chosen; the words are put in as text, never as markup.
function card({ id, properties }) {
  const made = element("div");
  made.append(element("h3", "", properties.name), element("p", "soft", `${properties.district_name} · ${properties.address}`));
  made.append(element("p", "small", `${properties.kind_label} · ${properties.year} · ${words.valid} ${day(properties.valid_until)}`));
  const way = element("a", "button slim", words.more);
  way.href = `/map/${id}`;
  made.append(way);
  return made;
}

function list() {
  const filters = document.querySelector("[data-filters]");
  const near = document.querySelector("[data-near]");
  const pins = new Map();
  let asked = 0;
  let shownAt = location.search;
  const shown = !map ? null : L.markerClusterGroup({
    showCoverageOnHover: false, maxClusterRadius: 60, animate: !calm, iconCreateFunction: (found) => group(found.getChildCount()),
  }).addTo(map);
  const squares = map && L.layerGroup().addTo(map);
  const here = map && L.layerGroup().addTo(map);

  document.querySelector("[data-near-room]").hidden = false;
  if (window.matchMedia("(max-width: 62rem)").matches && !document.querySelector("[data-found]").dataset.query) document.querySelector("[data-filters-box]").open = false;
  near.addEventListener("click", locate);
  filters.addEventListener("submit", (event) => { event.preventDefault(); (isNear() ? locate : choose)(); });
  window.addEventListener("popstate", () => { if (location.search !== shownAt) location.reload(); }); // a skip link comes here too
  document.addEventListener("pointerover", (event) => point(event.target));
  document.addEventListener("focusin", (event) => point(event.target));
  if (map) draw(document.querySelector("[data-found]"));

  // Another filter on what is near asks the browser again: nothing is remembered here either.
  function isNear() {
    return Boolean(document.querySelector("[data-found]").dataset.here);
  }

  function choose() {
    const query = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
    const target = query.size ? `/map?${query}` : "/map";
    answer(target, {}).then((fine) => {
      if (!fine) { location.assign(target); return; }
      history.pushState(null, "", target);
      shownAt = location.search;
    });
  }

  function locate() {
    if (!navigator.geolocation) { unlocated(words.unknown); return; }
    tell(words.looking);
    near.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const form = new FormData(filters);
        form.set("lng", coords.longitude.toFixed(DIGITS));
        form.set("lat", coords.latitude.toFixed(DIGITS));
        answer("/map", { method: "POST", body: form }, true);
      },
      (why) => unlocated(why.code === why.PERMISSION_DENIED ? words.refused : words.unknown),
      { timeout: 15000, maximumAge: 60000 },
    );
  }

  // Whatever was asked for is over: every button works again.
  function over() {
    delete filters.dataset.sent;
    for (const each of [near, ...filters.querySelectorAll("button")]) each.removeAttribute("aria-busy");
  }

  function unlocated(sentence) {
    over();
    tell(sentence);
    document.querySelector("[data-filters-box]").open = true;
    filters.elements.district.focus();
  }

  // The server makes the list, as without a script; it is put in the place of the one that is here.
  async function answer(target, more, moves = false) {
    const code = document.querySelector("meta[name=form-code]").content;
    try {
      const found = await fetch(target, { ...more, headers: { Accept: "text/html", "X-Form-Code": code } });
      const page = new DOMParser().parseFromString(await found.text(), "text/html");
      const fresh = page.querySelector("[data-found]");
      if (!fresh) throw new Error(String(found.status));
      document.querySelector("[data-found]").replaceWith(document.adoptNode(fresh));
      const refusal = fresh.querySelector("[data-refusal]");
      tell(refusal ? "" : fresh.querySelector("h2").textContent, true);
      if (refusal) refusal.focus();
      else if (moves) fresh.querySelector("h2").focus({ preventScroll: true });
      if (map) draw(fresh);
      return found.ok;
    } catch {
      tell(words.again);
      return false;
    } finally {
      over();
    }
  }

  // All shops at once while they are few: then nobody learns which part of the map is looked at. Else squares, part by part.
  async function draw(found) {
    const turn = ++asked;
    const query = found.dataset.query;
    const at = found.dataset.here?.split(",").map(Number);
    map.off("moveend");
    const all = await ask("places", query, { limit: MOST });
    if (turn !== asked || !all) return;
    here.clearLayers();
    if (at) L.marker([at[1], at[0]], { title: words.here, keyboard: false, interactive: false, icon: L.divIcon({ className: "here", iconSize: [22, 22] }) }).addTo(here);
    // Of too many the first would stand there for a moment, counted as if they were all.
    put(all.more ? [] : all.features);
    fit(all.features, at);
    if (!all.more) return;
    const part = async () => {
      const mine = ++asked;
      const bounds = map.getBounds();
      // Coarse on purpose: where somebody is must not be read from which part of the map they look at.
      const step = 0.05, low = (each) => (Math.floor(each / step) * step).toFixed(2), high = (each) => (Math.ceil(each / step) * step).toFixed(2);
      const bbox = [low(bounds.getWest()), low(bounds.getSouth()), high(bounds.getEast()), high(bounds.getNorth())].join(",");
      const inside = await ask("places", query, { limit: MOST, bbox });
      const counted = inside?.more ? await ask("places/clusters", query, { bbox, zoom: map.getZoom() }) : null;
      if (mine !== asked || !inside) return;
      put(counted ? [] : inside.features);
      for (const { geometry, properties } of counted?.features ?? []) {
        const [lng, lat] = geometry.coordinates;
        const nearer = () => map.setView([lat, lng], map.getZoom() + 2);
        // As a button is pressed; every other key, the Tab key above all, is for something else.
        const pressed = ({ originalEvent }) => { if (["Enter", " "].includes(originalEvent.key)) { originalEvent.preventDefault(); nearer(); } };
        L.marker([lat, lng], { icon: group(properties.count) }).on("click", nearer).on("keydown", pressed).addTo(squares);
      }
    };
    map.on("moveend", part);
    part();
  }

  function put(features) {
    pins.clear();
    squares.clearLayers();
    shown.clearLayers();
    for (const each of features) pins.set(each.id, pin(each.geometry.coordinates, each.properties).bindPopup(() => card(each), { minWidth: 200, maxWidth: 280 }));
    shown.addLayers([...pins.values()]);
    box.dataset.pins = String(pins.size);
  }

  function fit(features, at) {
    let spots = features.map(({ geometry }) => [geometry.coordinates[1], geometry.coordinates[0]]);
    if (at) {
      const mine = [at[1], at[0]];
      spots = [mine, ...spots.sort((a, b) => map.distance(mine, a) - map.distance(mine, b)).slice(0, 5)];
    }
    if (spots.length) map.fitBounds(spots, { padding: [36, 36], maxZoom: 16, animate: false });
    else map.setView(CITY, 10, { animate: false });
  }

  async function ask(what, query, more) {
    const asking = new URLSearchParams(query);
    for (const [name, value] of Object.entries({ crs: box.dataset.crs, ...more })) asking.set(name, value);
    try {
      const found = await fetch(`/api/v1/${what}?${asking}`, { headers: { "Accept-Language": document.documentElement.lang } });
      if (!found.ok) throw new Error(String(found.status));
      return await found.json();
    } catch {
      tell(words.away);
      return null;
    }
  }

  // A shop of the list that is pointed at shows itself on the map, where its pin stands alone.
  function point(target) {
    const id = target.closest?.("[data-shop]")?.dataset.shop;
    for (const each of document.querySelectorAll(".pin.pointed")) each.classList.remove("pointed");
    pins.get(id)?.getElement()?.classList.add("pointed");
  }
}
