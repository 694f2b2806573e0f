"""Staff sign-in and the own staff account."""

from flask.views import MethodView

from backend.staff import errors, service
from backend.web.api import blueprint
from backend.web.auth import actor, address, deps
from schemas import accounts, staff

blp = blueprint("staff", "", "工作人员 staff")


@blp.route("/auth/staff-sessions")
class StaffSessions(MethodView):
    @blp.idempotent
    @blp.refuses(errors.wrong_credentials, errors.locked(900), errors.totp_required)
    @blp.arguments(staff.StaffSignIn)
    @blp.response(201, accounts.Tokens)
    def post(self, body):
        """Sign in as staff

        工作人员登录。连续失败五次锁定十五分钟；正式环境必须使用动态口令。
        """
        return service.sign_in(deps(), actor(), **body, address=address())


@blp.route("/staff/me")
class StaffMe(MethodView):
    @blp.refuses(errors.not_found)
    @blp.response(200, staff.Staff)
    def get(self):
        """Read the own staff account

        查看自己的工作人员账号。
        """
        return service.me(deps(), actor())


@blp.route("/staff/me/password")
class StaffPassword(MethodView):
    @blp.refuses(errors.not_found, errors.wrong_password, errors.weak_password(12, 128), errors.locked(900))
    @blp.arguments(staff.PasswordChange)
    @blp.response(204)
    def put(self, body):
        """Change the own password; every other session of the account ends

        修改自己的密码，须填原密码；其他登录即刻退出。原密码连续错五次锁定十五分钟。
        """
        service.change_password(deps(), actor(), **body, address=address())
