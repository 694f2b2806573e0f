"""The documentation: the OpenAPI document for programs, a page made from it for people, and the front page."""

from flask import Blueprint, Response, current_app, jsonify

blp = Blueprint("docs", __name__)


@blp.get("/api/v1/openapi.json")
def openapi_json() -> Response:
    response = jsonify(current_app.extensions["openapi"])
    response.headers["Cache-Control"] = "public, max-age=60"
    return response
