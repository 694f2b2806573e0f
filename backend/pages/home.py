"""The front page with the modules of the service, and how a visitor likes to read."""

from flask import Response, request
from werkzeug.exceptions import BadRequest

from backend.news import service as news
from backend.pages import cookies, forms
from backend.pages.edge import FRAMES, LOOK, came_from, go, page
from backend.web.auth import deps
from backend.web.pages import Pages

blp = Pages("home", __name__)

LATEST = 3


@blp.get("/")
def home() -> Response:
    return page("front.html", latest=news.listed(deps(), limit=LATEST).items)


@blp.get("/look")
def look_of_pages() -> Response:
    """The choices on a page of their own, for who has no script; in the frame of the part that the visitor comes from and goes
    back to."""
    way_on = forms.way_on(came_from(request) or LOOK)
    return page("look.html", frame=FRAMES[cookies.door_of(way_on)], way_on=way_on)


@blp.post("/look")
def change_look() -> Response:
    """Language, size of type, light or dark, single keys: kept in the browser, for nobody else."""
    for name, allowed in cookies.CHOICES.items():
        wanted = request.form.get(name)
        if wanted is None:
            continue
        if wanted not in allowed:
            raise BadRequest
        cookies.keep_choice(name, wanted)
    return go(forms.way_on())
