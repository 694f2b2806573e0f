"""Proving who one is: by face before the camera, or by a code from a service window; both give exactly the same."""

from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import BadRequest

from backend.common.errors import ServiceError
from backend.facechecks import service as facechecks
from backend.facechecks.model import Frame
from backend.identity import errors as identity_errors
from backend.identity import service as identity
from backend.pages import cookies, forms
from backend.pages.edge import go, page, refused
from backend.web.auth import actor, address, deps
from backend.web.pages import Pages
from schemas import facechecks as wire
from schemas import identity as identity_wire
from schemas.terms import ConsentPurpose, Role

blp = Pages("proving", __name__)

REPORT = "/report"
USED = identity_errors.code_used().reason
PURPOSE = ConsentPurpose.FACE_VERIFICATION


@blp.get("/verify-me")
def choose() -> Response:
    """What proof is for, how long it lasts, and the two ways."""
    return page("verify/ways.html", form=forms.Form(), **_ways())


@blp.post("/verify-me/window")
def redeem() -> Response:
    form = forms.read(identity_wire.WindowCodeRedeem)
    if not form.ok:
        return page("verify/ways.html", 422, form=form, **_ways())
    try:
        proof = identity.redeem_window_code(deps(), actor(), **form.values)
    except ServiceError as refusal:
        # Sent again after it was used here, by Back or by a second tap: what it was for is so.
        if refusal.reason == USED and actor().is_verified(deps().now()):
            return go(forms.way_on(REPORT))
        return refused(refusal, "verify/ways.html", form=form, **_ways())
    cookies.keep_access("citizen", proof.access_token, proof.expires_in)
    return go(forms.way_on(REPORT))


@blp.get("/verify-me/face")
def face() -> Response:
    """The notice until it is agreed to; then the camera."""
    standing = facechecks.standing(deps(), actor())
    if standing.can_agree:
        return page("verify/consent.html", **_asking())
    if not standing.can_begin:
        return page("verify/ways.html", form=forms.Form(), **_ways())
    return page("verify/face.html", standing=standing, way_on=forms.way_on(REPORT))


@blp.post("/verify-me/consent")
def agree() -> Response:
    form = forms.read(identity_wire.ConsentGive)
    if not form.ok:
        raise BadRequest
    try:
        identity.give_consent(deps(), actor(), **form.values)
    except ServiceError as refusal:
        return refused(refusal, "verify/consent.html", **_asking())
    return go(forms.with_next("/verify-me/face", forms.way_on(REPORT)))


@blp.post("/verify-me/challenges")
def open_challenge() -> Response:
    """For the script of the camera page: as over the API, and how long it lasts, since a device's clock may be wrong."""
    opened = facechecks.open_challenge(deps(), actor(), address=address())
    lasts = opened.expires_at - deps().now()
    return jsonify({**wire.FaceChallenge().dump(opened), "lasts_s": lasts.total_seconds()})


@blp.post("/verify-me/challenges/<challenge_id>/frames")
@Pages.upload(facechecks.BODY_BYTES)
def submit(challenge_id: str) -> Response:
    """The outcome without the token, which goes where no script reads it."""
    form = forms.read(wire.FramesForm)
    if not form.ok:
        raise BadRequest
    outcome = facechecks.submit(
        deps(),
        actor(),
        challenge_id=challenge_id,
        nonce=form.values["nonce"],
        frames=[Frame(file.read(), file.mimetype or "") for file in request.files.getlist("frames")],
        steps=facechecks.read_steps(form.values["steps"]),
    )
    if outcome.access_token is not None and outcome.expires_in is not None:
        cookies.keep_access("citizen", outcome.access_token, outcome.expires_in)
    return jsonify(wire.FaceOutcome(exclude=("access_token", "expires_in")).dump(outcome))


def _asking() -> dict[str, Any]:
    notice = next(notice for notice in identity.current_notices() if notice.purpose is PURPOSE)
    return {"notice": notice, **_standing()}


def _ways() -> dict[str, Any]:
    actor().require(Role.CITIZEN)
    return _standing()


def _standing() -> dict[str, Any]:
    return {
        "standing": facechecks.standing(deps(), actor()),
        "way_on": forms.way_on(REPORT),
    }
