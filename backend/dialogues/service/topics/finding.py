"""附近: trustworthy shops around a location that the person sends. It is used for this one search and kept nowhere."""

import math

from backend.dialogues import texts
from backend.dialogues.service.talking import Answer, Talk, answer, cut
from backend.places import service as places
from backend.places.model import Found

SHOWN = 5
NEAR_M, FAR_M = 3_000, 10_000


def ask(talk: Talk, _: str) -> Answer:
    row = [talk.open(texts.TO_MAP, "/map")]
    return answer(talk, talk.say(texts.SEND_PLACE), row, asks_location=True)


def around(talk: Talk) -> Answer:
    """The nearest five, in the system in which the channel speaks of places. Raises 422 `places.outside`."""
    sent = talk.incoming
    if sent.crs is None or not _is_position(sent.lng, sent.lat):
        return ask(talk, "")
    for radius in (NEAR_M, FAR_M):
        found = places.search(
            talk.deps, crs=sent.crs, lng=sent.lng, lat=sent.lat, radius_m=radius, limit=SHOWN
        )
        if found.features:
            return _listed(talk, found.features)
    return answer(talk, talk.say(texts.NO_SHOPS), [talk.open(texts.TO_MAP, "/map")], kept=False)


def _is_position(lng: float | None, lat: float | None) -> bool:
    return lng is not None and lat is not None and math.isfinite(lng) and math.isfinite(lat)


def _listed(talk: Talk, shops: tuple[Found, ...]) -> Answer:
    lines = [talk.say(texts.SHOPS)]
    rows = []
    for number, shop in enumerate(shops, 1):
        kind, name = talk.say(shop.kind_label), cut(shop.name, 24)
        far, address = _far(talk, shop.distance_m or 0.0), cut(shop.address, 30)
        lines.append(talk.say(texts.SHOP, number=number, name=name, kind=kind, distance=far, address=address))
        rows.append([talk.open(f"{number}. {name}", f"/map?place={shop.id}")])
    return answer(talk, lines, *rows, kept=False)


def _far(talk: Talk, metres: float) -> str:
    if metres < 995:
        return talk.say(texts.METRES, n=max(10, 10 * round(metres / 10)))
    return talk.say(texts.KILOMETRES, n=f"{metres / 1000:.1f}")
