"""The one body of every refusal."""

from marshmallow import fields

from schemas.base import ResponseSchema


class Problem(ResponseSchema):
    """A refusal: `reason` is stable and for programs, `message` is ready to show to a person."""

    code = fields.Integer(
        required=True, metadata={"description": "The HTTP status again / HTTP 状态码", "example": 404}
    )
    status = fields.String(
        required=True, metadata={"description": "Its name / 状态名称", "example": "Not Found"}
    )
    reason = fields.String(
        required=True,
        metadata={
            "description": "Stable dotted word, `feature.what_is_wrong` / 稳定的原因代码",
            "example": "request.not_found",
            "pattern": r"^[a-z_]+(\.[a-z0-9_]+)+$",
        },
    )
    message = fields.String(
        required=True,
        metadata={
            "description": "A sentence in the language of Accept-Language / 可直接展示的说明",
            "example": "没有找到您要的内容",
        },
    )
    data = fields.Dict(
        keys=fields.String(),
        metadata={"description": "Facts a program can use; never personal data / 附加信息"},
    )
    errors = fields.Dict(
        keys=fields.String(),
        metadata={
            "description": "What is wrong, by place (`json`, `query`, `form`, `files`) and field / 各字段的问题",
            "example": {"json": {"phone": ["此项必填"]}},
        },
    )
