"""The benefit manager's side, deposit-free services; the officer's, checks that residents want a person to look at."""

from flask.views import MethodView

from backend.eligibility import errors, service
from backend.eligibility.model import Offer
from backend.merchants import errors as merchant_errors
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import eligibility as wire
from schemas.terms import ContestState, ServiceState

blp = blueprint("services_staff", "/staff/services", "免押服务管理 looking after deposit-free services")
contests_blp = blueprint("contests_staff", "/staff/contests", "免押核验复核 reviews of deposit-free checks")

CHANGED = errors.changed(ServiceState.CLOSED)


@blp.route("")
class Services(MethodView):
    @blp.arguments(wire.ServiceListQuery, location="query")
    @blp.response(200, wire.ManagedServicePage)
    def get(self, query):
        """List the deposit-free services of every state, newest first

        免押服务列表，可按状态、类别和商户筛选。
        """
        return service.list_services(deps(), actor(), **query)

    @blp.idempotent
    @blp.arguments(wire.ServiceCreate)
    @blp.response(201, wire.ManagedService)
    @blp.refuses(
        errors.invalid_service(errors.EXAMPLES),
        merchant_errors.not_found,
        merchant_errors.paused,
        merchant_errors.closed,
    )
    def post(self, body):
        """Set a deposit-free service up

        为商户设立免押服务，居民随即可见。内容有误时一次说明全部错处。
        """
        merchant_id = body.pop("merchant_id")
        return service.create_service(deps(), actor(), merchant_id=merchant_id, offer=Offer(**body))


@blp.route("/<service_id>")
class Service(MethodView):
    @blp.response(200, wire.ManagedService)
    @blp.refuses(errors.service_not_found)
    def get(self, service_id):
        """Read a service with its history

        查看免押服务及其全部经过。
        """
        return service.find_service(deps(), actor(), service_id=service_id)

    @blp.arguments(wire.ServicePut)
    @blp.response(200, wire.ManagedService)
    @blp.refuses(errors.service_not_found, CHANGED, errors.stale(2), errors.invalid_service(errors.EXAMPLES))
    def put(self, body, service_id):
        """Change a service

        修改免押服务，须写明所依据的版本。
        """
        version = body.pop("version")
        return service.change_service(
            deps(), actor(), service_id=service_id, version=version, offer=Offer(**body)
        )


@blp.route("/<service_id>/pause")
class Paused(MethodView):
    @blp.arguments(wire.ServicePause)
    @blp.response(200, wire.ManagedService)
    @blp.refuses(errors.service_not_found, CHANGED)
    def post(self, body, service_id):
        """Pause a service: no pass is made or used for it

        暂停免押服务，可恢复。
        """
        return service.pause_service(deps(), actor(), service_id=service_id, **body)


@blp.route("/<service_id>/resume")
class Resumed(MethodView):
    @blp.arguments(wire.ServiceResume)
    @blp.response(200, wire.ManagedService)
    @blp.refuses(errors.service_not_found, CHANGED)
    def post(self, body, service_id):
        """Open a paused service again

        恢复已暂停的免押服务。
        """
        return service.resume_service(deps(), actor(), service_id=service_id, **body)


@blp.route("/<service_id>/close")
class Closed(MethodView):
    @blp.arguments(wire.ServiceClose)
    @blp.response(200, wire.ManagedService)
    @blp.refuses(errors.service_not_found, CHANGED)
    def post(self, body, service_id):
        """End a service for good

        终止免押服务，不可恢复；已借出的照常归还。
        """
        return service.close_service(deps(), actor(), service_id=service_id, **body)


@contests_blp.route("")
class Contests(MethodView):
    @contests_blp.arguments(wire.ContestListQuery, location="query")
    @contests_blp.response(200, wire.ListedContestPage)
    def get(self, query):
        """List what residents want a person to look at, what is due first being first

        居民申请人工复核的免押核验，最先到期的在前。
        """
        return service.contests(deps(), actor(), **query)


@contests_blp.route("/<contest_id>")
class Contest(MethodView):
    @contests_blp.response(200, wire.Contest)
    @contests_blp.refuses(errors.contest_not_found)
    def get(self, contest_id):
        """Read a contested check with its reasons and the person's words, while it is open

        查看所涉核验、原因和申请人意见；查看先记入日志，当事人可以看到。办结后不再提供。
        """
        return service.find_contest(deps(), actor(), contest_id=contest_id)


@contests_blp.route("/<contest_id>/answer")
class Answered(MethodView):
    @contests_blp.arguments(wire.ContestAnswer)
    @contests_blp.response(200, wire.Contest)
    @contests_blp.refuses(errors.contest_not_found, errors.contest_changed(ContestState.ANSWERED))
    def post(self, body, contest_id):
        """Decide as a person, once; granted, the person needs no deposit for this service for a month

        人工作出决定并说明理由，只能答复一次；决定免押的，三十天内该居民使用该服务免押金。
        """
        return service.answer_contest(deps(), actor(), contest_id=contest_id, **body)
