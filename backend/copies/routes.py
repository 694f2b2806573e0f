"""Taking the own data away over HTTP."""

from flask.views import MethodView

from backend.copies import service
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from schemas import copies as wire

blp = blueprint("copies", "/me/export", "个人数据副本 copy of the own data")


@blp.route("")
class MyExport(MethodView):
    @blp.response(200, wire.Export)
    def get(self):
        """Take away the own data as JSON

        以 JSON 带走本人的账号资料、同意、消息、查询日志，以及本人的异议、信用修复、疑问和删除记录。
        未完成本人核验时，姓名和号码以遮掩形式提供，异议和修复中的陈述、说明和文件名不提供。
        """
        return service.export(deps(), actor())
