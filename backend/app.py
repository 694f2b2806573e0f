"""The Flask app: which features have routes, and what the web edge is given from above."""

from collections.abc import Mapping

from flask import Flask

from backend import bootstrap
from backend.accounts import routes as accounts
from backend.addresses.errors import too_many
from backend.addresses.service import Gate
from backend.audit import staff_routes as audit
from backend.batches import staff_routes as batches
from backend.benefits import routes as benefits
from backend.benefits import staff_routes as benefits_staff
from backend.calendars import staff_routes as calendars
from backend.catalogue import routes as catalogue
from backend.chats import routes as chats
from backend.common import mongo
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.copies import routes as copies
from backend.desk import staff_routes as desk
from backend.dialogues import service as dialogue_service
from backend.dialogues import staff_routes as dialogues
from backend.eligibility import routes as eligibility
from backend.eligibility import staff_routes as eligibility_staff
from backend.facechecks import routes as facechecks
from backend.grades import routes as grades
from backend.grades.service import make_ready as read_grade_rules
from backend.idempotency import errors as repeated
from backend.idempotency import service as replies
from backend.identity import routes as identity
from backend.identity import staff_routes as identity_staff
from backend.limits.errors import too_many as too_often
from backend.merchants import errors as merchant_errors
from backend.merchants import routes as merchants
from backend.merchants import service as merchant_service
from backend.merchants import staff_routes as merchants_staff
from backend.merchants.rules import is_key
from backend.news import routes as news
from backend.news import staff_routes as news_staff
from backend.notices import routes as notices
from backend.notices import staff_routes as desk_notices
from backend.objections import routes as objections
from backend.objections import staff_routes as objections_staff
from backend.operations import staff_routes as operations
from backend.orders import routes as orders
from backend.orders import staff_routes as orders_staff
from backend.pages import assets, edge
from backend.pages import benefits as benefits_pages
from backend.pages import chats as chat_pages
from backend.pages import checks as checks_pages
from backend.pages import clerks as clerks_pages
from backend.pages import home as home_pages
from backend.pages import lending as lending_pages
from backend.pages import login as login_pages
from backend.pages import map as map_pages
from backend.pages import me as me_pages
from backend.pages import news as news_pages
from backend.pages import notices as notices_pages
from backend.pages import objections as objection_pages
from backend.pages import proving as proving_pages
from backend.pages import report as report_pages
from backend.pages import report_forgetting as forgetting_pages
from backend.pages import report_links as link_pages
from backend.pages import report_looks as look_pages
from backend.pages import report_opening as opening_pages
from backend.pages import restorations as restoration_pages
from backend.pages import till as till_pages
from backend.pages.staff import audit as staff_audit
from backend.pages.staff import benefits as staff_benefits
from backend.pages.staff import calendars as staff_calendars
from backend.pages.staff import catalogue as staff_catalogue
from backend.pages.staff import contests as staff_contests
from backend.pages.staff import front as staff_front
from backend.pages.staff import imports as staff_imports
from backend.pages.staff import merchants as staff_merchants
from backend.pages.staff import news as staff_news
from backend.pages.staff import objections as staff_objections
from backend.pages.staff import operations as staff_operations
from backend.pages.staff import phrases as staff_phrases
from backend.pages.staff import places as staff_places
from backend.pages.staff import pushes as staff_pushes
from backend.pages.staff import questions as staff_questions
from backend.pages.staff import restorations as staff_restorations
from backend.pages.staff import services as staff_services
from backend.pages.staff import signing_in as staff_door
from backend.pages.staff import window_codes as staff_window_codes
from backend.places import routes as places
from backend.places import staff_routes as places_staff
from backend.pushes import staff_routes as pushes_staff
from backend.recipients import routes as recipients
from backend.removals import routes as removals
from backend.removals import staff_routes as removals_staff
from backend.reports import address_routes as report_addresses
from backend.reports import routes as reports
from backend.reports import staff_routes as questions
from backend.restorations import routes as restorations
from backend.restorations import staff_routes as restorations_staff
from backend.staff import routes as staff
from backend.web import api, auth, docs, health
from backend.web.rights import RIGHTS, Rights
from backend.wechat import routes as wechat
from backend.wechat.service import Dialogue, Line
from schemas.terms import Channel

PAGES = (
    assets.blp,
    home_pages.blp,
    login_pages.blp,
    benefits_pages.blp,
    lending_pages.blp,
    checks_pages.blp,
    till_pages.blp,
    clerks_pages.blp,
    proving_pages.blp,
    me_pages.blp,
    chat_pages.blp,
    report_pages.blp,
    look_pages.blp,
    forgetting_pages.blp,
    link_pages.blp,
    opening_pages.blp,
    staff_news.blp,
    staff_pushes.blp,
    staff_benefits.blp,
    staff_services.blp,
    staff_merchants.blp,
    staff_places.blp,
    staff_phrases.blp,
    staff_door.blp,
    staff_front.blp,
    staff_objections.blp,
    staff_restorations.blp,
    staff_contests.blp,
    staff_questions.blp,
    staff_window_codes.blp,
    staff_imports.blp,
    staff_catalogue.blp,
    staff_calendars.blp,
    staff_audit.blp,
    staff_operations.blp,
    map_pages.blp,
    news_pages.blp,
    notices_pages.blp,
    objection_pages.blp,
    restoration_pages.blp,
)
# In the order in which the documentation tells them: a resident's way from signing in to the own report.
BLUEPRINTS = (
    docs.blp,
    health.blp,
    accounts.blp,
    identity.blp,
    facechecks.blp,
    reports.blp,
    report_addresses.blp,
    grades.blp,
    objections.blp,
    restorations.blp,
    removals.blp,
    copies.blp,
    notices.blp,
    catalogue.blp,
    staff.blp,
    identity_staff.blp,
    objections_staff.blp,
    objections_staff.provider_blp,
    restorations_staff.blp,
    restorations_staff.provider_blp,
    removals_staff.blp,
    batches.blp,
    batches.staff_blp,
    calendars.blp,
    desk.blp,
    desk_notices.blp,
    questions.blp,
    merchants_staff.blp,
    merchants.blp,
    benefits.blp,
    benefits_staff.blp,
    eligibility.blp,
    eligibility_staff.blp,
    eligibility_staff.contests_blp,
    orders.blp,
    recipients.blp,
    chats.blp,
    dialogues.blp,
    pushes_staff.blp,
    pushes_staff.channels_blp,
    places.blp,
    places_staff.blp,
    orders_staff.blp,
    news.blp,
    news_staff.blp,
    wechat.blp,
    audit.blp,
    operations.blp,
)
# What a route can answer because of features that the web edge does not know.
REFUSALS = {
    "every": (too_many(30),),
    "idempotent": (repeated.bad_key(), repeated.mismatch(), repeated.in_progress()),
    "merchant": (
        merchant_errors.mistyped_key(),
        merchant_errors.invalid_key(),
        merchant_errors.paused(),
        merchant_errors.closed(),
        too_often(30),
    ),
}


def by_key_or_session(deps: Deps, bearer: str, channel: Channel) -> Actor:
    """Who is calling; an address that shows wrong keys is counted."""
    if is_key(bearer):
        return merchant_service.authenticate(deps, bearer, channel, address=auth.address())
    return merchant_service.authenticate(deps, bearer, channel, ahead=api.read_ahead(deps))


def create_app(
    deps: Deps,
    *,
    authenticate: auth.Authenticate = by_key_or_session,
    rights: Rights = RIGHTS,
    extra: tuple[object, ...] = (),
    dialogue: Dialogue = dialogue_service.handle,
) -> Flask:
    """The app over everything that has routes. Tests give another `authenticate`, `rights`, `extra` blueprints and
    `dialogue`."""
    read_grade_rules()
    wiring = api.Wiring(authenticate, Gate().admit, replies, rights, REFUSALS, edge.arrive, edge.leave)
    app = api.build(deps, wiring, [*BLUEPRINTS, *PAGES, *extra])
    edge.register(app)
    app.extensions["wechat"] = Line(dialogue, places=max(1, deps.settings.web_threads - 2))
    use(app, deps)
    return app


def use(app: Flask, deps: Deps) -> None:
    """Let the app work with other `deps` of the same settings; making it anew takes longer than most requests."""
    app.extensions["deps"] = deps
    app.extensions["readiness"] = health.Readiness(deps, _checks(), lasting=frozenset({"indexes"}))


def _checks() -> Mapping[str, health.Check]:
    return {
        "database": _database,
        "indexes": bootstrap.require_indexes,
        "faces": lambda deps: deps.faces.ping(),
    }


def _database(deps: Deps) -> None:
    mongo.require_writable(deps.client)
