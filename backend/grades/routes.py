"""The own grade, and the published rules it follows from."""

from flask.views import MethodView

from backend.grades import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import grades as wire

blp = blueprint("grades", "", "信用等级 grades")


@blp.route("/me/grade")
class OwnGrade(MethodView):
    @blp.response(200, wire.Grade)
    @blp.refuses(errors.no_subject)
    def get(self):
        """Read the own grade and every reason for it

        本人的信用等级，以及每条依据的规则、记录和条款；查询先记入日志，再返回内容。
        """
        return service.mine(deps(), actor())


@blp.route("/grade-rules")
class Versions(MethodView):
    @blp.response(200, wire.VersionList)
    def get(self):
        """List every published version of the rules for grades

        历次公布的信用等级规则，最新的在前，并标明现行版本。
        """
        return {"items": service.versions(deps())}


@blp.route("/grade-rules/<version>")
class OneVersion(MethodView):
    @blp.response(200, wire.RuleSet)
    @blp.refuses(errors.unknown_version)
    def get(self, version):
        """Read one version of the rules whole, in both languages

        某一版信用等级规则全文（中英文）。
        """
        return service.version(deps(), version=version)
