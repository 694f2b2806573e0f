// How long something still lasts, beside the time that the page says anyway: `data-until`, with the sentences `data-left`, `data-over`.
for (const place of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(place.dataset.until);
  const tell = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    place.textContent = left
      ? place.dataset.left.replace("{m}", Math.floor(left / 60)).replace("{s}", String(left % 60).padStart(2, "0"))
      : place.dataset.over;
    if (!left) clearInterval(timer);
  };
  const timer = setInterval(tell, 1000);
  tell();
}
