"""What a request without a query means, worked out once."""

from flask import Flask, request
from marshmallow import fields, validate

from backend.web.bodies import StrictParser
from schemas.base import QuerySchema


class Query(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class Words(QuerySchema):
    words = fields.List(fields.String(), load_default=list)


def test_what_one_request_does_to_its_defaults_no_other_sees() -> None:
    parser = StrictParser()
    with Flask("x").test_request_context("/"):
        first = parser.parse(Query, request, location="query")
        first["limit"] = 99
        assert parser.parse(Query, request, location="query") == {"limit": 20}
        parser.parse(Words, request, location="query")["words"].append("x")
        assert parser.parse(Words, request, location="query") == {"words": []}


def test_a_query_is_read_each_time() -> None:
    parser = StrictParser()
    for asked in (5, 6):
        with Flask("x").test_request_context(f"/?limit={asked}"):
            assert parser.parse(Query, request, location="query") == {"limit": asked}
