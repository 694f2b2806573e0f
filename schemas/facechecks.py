"""What face checks say over HTTP."""

from marshmallow import fields, validate

from schemas.base import BeijingTime, RequestSchema, ResponseSchema, Said, TermField
from schemas.faces import FRAME_BYTES, FRAMES, MEDIA_TYPES, FaceReason, FaceStep


class FrameLimits(ResponseSchema):
    min = fields.Integer(required=True, metadata={"example": 5})
    max = fields.Integer(required=True, metadata={"example": FRAMES})
    max_bytes = fields.Integer(
        required=True, metadata={"description": "Of one frame / 每帧上限", "example": FRAME_BYTES}
    )
    types = fields.List(fields.String(), required=True, metadata={"example": list(MEDIA_TYPES)})


class FaceChallenge(ResponseSchema):
    """What to do before the camera, in this order; `nonce` goes back with the frames, once."""

    id = fields.String(required=True)
    nonce = fields.String(required=True)
    actions = fields.List(
        TermField(FaceStep),
        required=True,
        metadata={
            "description": "In this order, with at least three neutral frames around them; left and right are the resident's own,"
            " in pictures that are not mirrored / 按此顺序，前后至少三帧正对屏幕；左右以本人为准，画面不得镜像"
        },
    )
    expires_at = BeijingTime(required=True)
    frames = fields.Nested(FrameLimits, required=True)


class FramesForm(RequestSchema):
    nonce = fields.String(required=True, validate=validate.Length(1, 64))
    steps = fields.String(
        required=True,
        validate=validate.Length(1, 1024),
        metadata={
            "description": "JSON list, for each frame in order what it shows / JSON 列表，逐帧说明动作",
            "example": '["neutral", "turn_left", "neutral", "turn_right", "neutral"]',
        },
    )


class FramesFiles(RequestSchema):
    frames = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}),
        required=True,
        metadata={"description": "The frames in order, JPEG or PNG / 按顺序的画面"},
    )


class FaceOutcome(ResponseSchema):
    """What came of it: `reason` and `message` when it did not pass, a fresh token when it did."""

    passed = fields.Boolean(required=True)
    reason = TermField(FaceReason, required=True, allow_none=True)
    message = Said(required=True, allow_none=True)
    attempts_left = fields.Integer(
        required=True,
        metadata={
            "description": "Failures in a row before the face way locks / 锁定前剩余次数",
            "example": 5,
        },
    )
    access_token = fields.String(required=True, allow_none=True)
    expires_in = fields.Integer(required=True, allow_none=True)
    verified_until = BeijingTime(required=True, allow_none=True)
