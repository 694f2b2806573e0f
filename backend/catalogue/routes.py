"""The published catalogue over HTTP, for everybody (Measures 15)."""

from flask.views import MethodView

from backend.catalogue import errors, service
from backend.web.api import blueprint
from backend.web.auth import deps
from schemas import catalogue as wire

blp = blueprint("catalogue", "/catalogue", "信用信息目录 catalogue")


@blp.route("")
class CatalogueInForce(MethodView):
    @blp.refuses(errors.not_published)
    @blp.arguments(wire.CatalogueQuery, location="query")
    @blp.response(200, wire.Catalogue)
    def get(self, query):
        """The catalogue in force: what may be collected, by whom, how open and for how long

        现行的公共信用信息目录：可以归集什么、由谁提供、公开方式和期限。
        """
        return service.listing(deps(), **query)


@blp.route("/<int:year>")
class CatalogueOfYear(MethodView):
    @blp.refuses(errors.not_published)
    @blp.arguments(wire.CatalogueQuery, location="query")
    @blp.response(200, wire.Catalogue)
    def get(self, query, year):
        """The catalogue of a year, in its last version

        某一年度目录的最后版本。
        """
        return service.listing(deps(), year=year, **query)


@blp.route("/items/<code>")
class CatalogueItem(MethodView):
    @blp.refuses(errors.unknown_item, errors.not_published)
    @blp.arguments(wire.CatalogueItemQuery, location="query")
    @blp.response(200, wire.CatalogueItem)
    def get(self, query, code):
        """An item with its fields, periods and legal grounds

        目录中的一项：字段、公示与查询期限、法律依据。
        """
        return service.provided_item(deps(), code=code, **query)
