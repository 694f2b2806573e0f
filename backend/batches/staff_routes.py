"""Handing files in, and their quality reports: the unit's own, and every unit's for the data stewards."""

from flask.views import MethodView

from backend.batches import errors, rules, service
from backend.intake import errors as intake_errors
from backend.web.api import blueprint
from backend.web.auth import actor, deps
from backend.web.bodies import UPLOAD_BYTES, contents
from backend.web.downloads import ANY, SCHEMA, attachment
from schemas import batches as wire

blp = blueprint("batches", "/provider/batches", "数据归集 handing records in")
staff_blp = blueprint("batches_staff", "/staff/batches", "归集质量 quality of what was handed in")


@blp.route("")
class Batches(MethodView):
    @blp.arguments(wire.BatchListQuery, location="query")
    @blp.response(200, wire.BatchPage)
    def get(self, query):
        """List the files that the own unit handed in, newest first

        本单位报送的文件及其处理情况，最近的在前。
        """
        return service.of_unit(deps(), actor(), **query)

    @blp.upload(UPLOAD_BYTES)
    @blp.idempotent
    @blp.arguments(wire.BatchFiles, location="files")
    @blp.response(201, wire.Batch)
    @blp.refuses(
        errors.no_file,
        errors.one_file,
        intake_errors.wrong_ending,
        intake_errors.empty_file,
        errors.too_large(rules.MOST_BYTES),
        errors.same_file("…"),
        errors.too_many(60),
    )
    def post(self, files):
        """Hand a file of records in; the worker reads it, and the quality report follows

        报送一个 CSV（UTF-8，首行为列名）或 JSON 行文件。文件加密保存，处理完毕即删除；结果见质量报告。
        """
        return hand_in(files)


@blp.route("/<batch_id>")
class OneBatch(MethodView):
    @blp.response(200, wire.Batch)
    @blp.refuses(errors.not_found)
    def get(self, batch_id):
        """Follow a file of the own unit: its progress, then its quality report

        查看一个文件的处理进度和质量报告：行数、采纳、按原因分列的未采纳行、关联率、及时率。
        """
        return service.find_of_unit(deps(), actor(), batch_id=batch_id)


@blp.route("/<batch_id>/refused-rows")
class RefusedRows(MethodView):
    @blp.response(200, SCHEMA, content_type=ANY)
    @blp.refuses(errors.not_found, errors.no_refused)
    def get(self, batch_id):
        """Download which rows were not taken and why, as CSV; nothing of what stood in them

        下载未采纳行的行号和原因（CSV，不含行内容）。
        """
        return attachment(service.refused_of_unit(deps(), actor(), batch_id=batch_id))


@staff_blp.route("")
class EveryBatch(MethodView):
    @staff_blp.arguments(wire.StaffBatchListQuery, location="query")
    @staff_blp.response(200, wire.BatchPage)
    def get(self, query):
        """List the files of every unit, newest first

        各单位报送的文件，可按单位和状态筛选。
        """
        return service.batches(deps(), actor(), **query)


@staff_blp.route("/<batch_id>")
class AnyBatch(MethodView):
    @staff_blp.response(200, wire.Batch)
    @staff_blp.refuses(errors.not_found)
    def get(self, batch_id):
        """Read the quality report of any unit's file

        查看任一单位报送文件的质量报告。
        """
        return service.find(deps(), actor(), batch_id=batch_id)


@staff_blp.route("/<batch_id>/refused-rows")
class AnyRefusedRows(MethodView):
    @staff_blp.response(200, SCHEMA, content_type=ANY)
    @staff_blp.refuses(errors.not_found, errors.no_refused)
    def get(self, batch_id):
        """Download which rows of any unit's file were not taken and why

        下载任一单位报送文件未采纳行的行号和原因。
        """
        return attachment(service.refused_rows(deps(), actor(), batch_id=batch_id))


def hand_in(files):
    """The one file of the form."""
    found = list(contents(files["file"]))
    if len(found) != 1:
        raise errors.one_file() if found else errors.no_file()
    ((name, content),) = found
    return service.hand_in(deps(), actor(), name=name, content=content)
