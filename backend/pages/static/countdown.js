// How long something still lasts, beside the time that the page says anyway: `data-until` with the seconds that the server says are
// left, since a device's clock may be wrong, and the sentences `data-left`, `data-over`. It is shown each second and said now and then.

// Says what is left to who only listens: at each whole minute, at thirty seconds, and when it is over. `place` is a polite live region
// with the sentences `data-minutes`, `data-soon`, `data-over`; further marks, in seconds, may be given.
export function telling(place, marks = [30]) {
  const mark = (left) => marks.find((one) => left <= one) ?? Math.ceil(left / 60) * 60;
  let told = null;
  return (left) => {
    const now = left > 0 ? mark(left) : 0;
    if (now === told) return;
    const first = told === null;
    told = now;
    if (first || !place) return;
    const { minutes, soon, over } = place.dataset;
    place.textContent = now === 0 ? over ?? "" : marks.includes(now) ? soon.replace("{n}", now) : minutes.replace("{n}", now / 60);
  };
}

// Seconds that are left of so many from now on. The clock that nobody sets stands still on some devices while they sleep, so whoever
// comes back to the page is told by the device's own, where that says that more has passed; `then` is called with it.
export function remaining(seconds, then) {
  const began = performance.now(), dated = Date.now();
  let slept = 0;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    slept = Math.max(slept, Date.now() - dated - (performance.now() - began));
    then();
  });
  return () => Math.max(0, Math.ceil(seconds - (performance.now() - began + slept) / 1000));
}

for (const place of document.querySelectorAll("[data-until]")) {
  const still = remaining(Number(place.dataset.until), () => tell());
  const say = telling(place.parentElement.querySelector("[data-minutes]"));
  const tell = () => {
    const left = still();
    place.textContent = left
      ? place.dataset.left.replace("{m}", Math.floor(left / 60)).replace("{s}", String(left % 60).padStart(2, "0"))
      : place.dataset.over;
    say(left);
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(tell, 1000);
  tell();
}
