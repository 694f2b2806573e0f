"""The short addresses that report links and QR codes carry; they answer as their places under `/api/v1` do."""

from backend.reports.routes import OpenedLink, Verified
from backend.web.api import Routes

blp = Routes("report_addresses", __name__, url_prefix="", description="报告链接与核验 links and verification")

blp.route("/r/<code>")(OpenedLink)
blp.route("/verify/<report_no>")(Verified)
