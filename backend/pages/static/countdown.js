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

for (const place of document.querySelectorAll("[data-until]")) {
  const until = performance.now() + 1000 * place.dataset.until;
  const say = telling(place.parentElement.querySelector("[data-minutes]"));
  const tell = () => {
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    place.textContent = left
      ? place.dataset.left.replace("{m}", Math.floor(left / 60)).replace("{s}", String(left % 60).padStart(2, "0"))
      : place.dataset.over;
    say(left);
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(tell, 1000);
  tell();
}
