"""What evidence looks like over HTTP: how it is handed in with a case, and what is told about it."""

from marshmallow import fields

from schemas.base import BeijingTime, RequestSchema, ResponseSchema

MOST_FILES = 6
"""For one case, those added later included."""
FILE_BYTES = 10 * 1024 * 1024
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/heic")
FORM_BYTES = MOST_FILES * FILE_BYTES + 256 * 1024
"""The most a form with evidence may weigh: as many files as a case may have, and room for its fields."""

_TOLD = (
    f"PDF、JPEG、PNG 或 HEIC，每件案件最多 {MOST_FILES} 个，每个不超过 {FILE_BYTES // 1024**2} MB"
    f" / PDF, JPEG, PNG or HEIC, at most {MOST_FILES} files a case and {FILE_BYTES // 1024**2} MB each"
)


class EvidenceFiles(RequestSchema):
    """The files that may come with a case."""

    evidence = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}),
        load_default=list,
        metadata={"description": _TOLD},
    )


class Evidence(ResponseSchema):
    """One file of a case."""

    id = fields.String(required=True)
    name = fields.String(
        required=True,
        metadata={
            "description": "文件名，已整理为安全的名称 / its name, made safe",
            "example": "缴款凭证.pdf",
        },
    )
    media_type = fields.String(
        required=True,
        metadata={
            "description": "按内容识别的文件类型 / its type, by content",
            "example": MEDIA_TYPES[0],
            "enum": list(MEDIA_TYPES),
        },
    )
    size = fields.Integer(required=True, metadata={"description": "字节数 / in bytes", "example": 48_213})
    sha256 = fields.String(
        required=True,
        metadata={
            "description": "内容的 SHA-256，供本人核对 / SHA-256 of the content, to check it by",
            "example": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    )
    uploaded_at = BeijingTime(required=True, metadata={"description": "提交时间 / when it was handed in"})
