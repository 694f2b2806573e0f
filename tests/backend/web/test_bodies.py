"""What a request without a query means, worked out once; and bodies that do not say how long they are."""

from io import BytesIO

import pytest
from flask import Flask, request
from marshmallow import fields, validate
from werkzeug.exceptions import RequestEntityTooLarge

from backend.web.bodies import MemoryRequest, StrictParser
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


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_body_in_chunks_is_read_whole_up_to_the_limit(size: int) -> None:
    assert _in_chunks(b"x" * size).get_data() == b"x" * size


def test_a_body_in_chunks_over_the_limit_is_not_cut_but_refused() -> None:
    with pytest.raises(RequestEntityTooLarge):
        _in_chunks(b"x" * 101).get_data()


def test_a_body_in_chunks_of_exactly_the_limit_is_read_piece_by_piece_too() -> None:
    asked = _in_chunks(b"x" * 100)
    assert [asked.stream.read(60) for _ in range(3)] == [b"x" * 60, b"x" * 40, b""]


def test_a_form_in_chunks_over_the_limit_is_not_cut_but_refused() -> None:
    with pytest.raises(RequestEntityTooLarge):
        _ = _in_chunks(b"a=" + b"x" * 99, "application/x-www-form-urlencoded").form


def _in_chunks(body: bytes, kind: str = "application/json") -> MemoryRequest:
    """As granian hands it on: no length, and a stream that ends with the body."""
    environ = {
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "CONTENT_TYPE": kind,
        "REQUEST_METHOD": "POST",
    }
    asked = MemoryRequest(environ)
    asked.max_content_length = 100
    return asked
