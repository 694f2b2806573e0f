"""News over HTTP: what everybody reads, and what editors write, review and publish."""

from typing import Any

from marshmallow import fields, validate

from schemas.base import (
    BeijingTime,
    QuerySchema,
    RequestSchema,
    ResponseSchema,
    Said,
    TermField,
    many_lines,
    one_line,
)
from schemas.terms import NewsAct, NewsCategory, NewsState

TITLE_CHARACTERS, TITLE_EN_CHARACTERS = 80, 200
SUMMARY_CHARACTERS, SUMMARY_EN_CHARACTERS = 200, 500
BODY_CHARACTERS, BODY_EN_CHARACTERS = 20_000, 40_000
REASON_CHARACTERS = 500
QUERY_CHARACTERS = 64
PICTURE_BYTES = 8 * 1024 * 1024
FORM_BYTES = PICTURE_BYTES + 64 * 1024
ATOM = "application/atom+xml"
JPEG = "image/jpeg"


def _about(zh: str, en: str, **more: Any) -> dict[str, Any]:
    return {"description": f"{zh} / {en}", **more}


def _line(most: int, metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), one_line], metadata=metadata, **more)


def _text(most: int, metadata: dict[str, Any], **more: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, most), many_lines], metadata=metadata, **more)


_OPTIONAL: dict[str, Any] = {"load_default": None, "allow_none": True}
_CATEGORY = _about("栏目", "what it is about", example="policy")
_MARKDOWN = _about(
    "正文，Markdown（CommonMark 及表格、删除线）；不含 HTML；图片写作 ![说明](picture:图片编号)，须先上传到本文",
    "Markdown: CommonMark, tables, strikethrough; no HTML; pictures of this article as ![what it shows](picture:id)",
    example="## 什么是信用修复\n\n纠正失信行为后，可以申请**修复**。",
)
_VERSION = _about(
    "所看到的版本；已有变动则拒绝", "the version you saw; refused when it changed since", example=3
)


class NewsCreate(RequestSchema):
    """An article in Chinese, and in English beside it if you have it."""

    category = TermField(NewsCategory, required=True, metadata=_CATEGORY)
    title = _line(
        TITLE_CHARACTERS, _about("标题", "title in Chinese", example="信用修复怎么办"), required=True
    )
    body = _text(BODY_CHARACTERS, _MARKDOWN, required=True)
    summary = _line(
        SUMMARY_CHARACTERS,
        _about(
            "摘要；不写则取正文开头", "summary; without one, the beginning of the text", example="三步办理。"
        ),
        **_OPTIONAL,
    )
    title_en = _line(
        TITLE_EN_CHARACTERS,
        _about("英文标题", "title in English", example="How to have a record restored"),
        **_OPTIONAL,
    )
    body_en = _text(
        BODY_EN_CHARACTERS,
        _about("英文正文，Markdown", "the text in English, Markdown", example="Three steps."),
        **_OPTIONAL,
    )
    summary_en = _line(SUMMARY_EN_CHARACTERS, _about("英文摘要", "summary in English"), **_OPTIONAL)
    cover_id = fields.String(
        validate=validate.Length(1, 64),
        metadata=_about("封面图片编号，须已上传到本文", "id of the cover, uploaded to this article"),
        **_OPTIONAL,
    )


class NewsPut(NewsCreate):
    """The article as it shall be, and the version it was made from."""

    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, 1_000_000_000), metadata=_VERSION
    )


def _seen_version() -> fields.Integer:
    bounds = validate.Range(1, 1_000_000_000)
    return fields.Integer(strict=True, validate=bounds, metadata=_VERSION, **_OPTIONAL)


class NewsStep(RequestSchema):
    """Nothing is needed; with `version` the step is taken only on what you saw."""

    version = _seen_version()


class NewsReturn(NewsStep):
    reason = _line(
        REASON_CHARACTERS, _about("退回原因", "why; staff read it", example="请补充文号。"), required=True
    )


class NewsPublish(NewsStep):
    """Without `publish_at` it is published now."""

    publish_at = BeijingTime(
        metadata=_about("定时发布时间，须在将来一年之内", "when to publish; within a year from now"),
        **_OPTIONAL,
    )


class NewsUnpublish(NewsStep):
    """Why it is taken down: readers who ask for it are told."""

    reason = _line(
        REASON_CHARACTERS,
        _about("撤下原因，读者可见", "why, in Chinese; readers see it", example="内容有误，更正后重新发布。"),
        required=True,
    )
    reason_en = _line(
        REASON_CHARACTERS,
        _about("撤下原因（英文）", "why, in English", example="It had a mistake."),
        **_OPTIONAL,
    )


class NewsPictureFile(RequestSchema):
    picture = fields.Raw(
        required=True,
        metadata={
            "type": "string",
            "format": "binary",
            "description": "JPEG 或 PNG，不超过 8 MB，短边至少 160 像素，长宽比不超过 4 / JPEG or PNG, at most 8 MB, the shorter"
            " side at least 160 px, no longer than four times as wide",
        },
    )


class NewsListQuery(QuerySchema):
    category = TermField(NewsCategory, load_default=None, metadata=_CATEGORY)
    q = fields.String(
        load_default=None,
        validate=validate.Length(1, QUERY_CHARACTERS),
        metadata=_about(
            "检索词，空格分开的各词都要出现；简繁体、全半角、大小写视为相同",
            "words to search for, all of them; traditional and simplified, wide and narrow, capitals are alike",
            example="信用修复",
        ),
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class NewsFeedQuery(QuerySchema):
    category = TermField(NewsCategory, load_default=None, metadata=_CATEGORY)
    lang = fields.String(
        load_default=None,
        validate=validate.OneOf(("zh", "en")),
        metadata=_about(
            "语言；不写则按 Accept-Language", "language; without it by Accept-Language", example="zh"
        ),
    )


class StaffNewsListQuery(QuerySchema):
    state = TermField(NewsState, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class NewsRevisionListQuery(QuerySchema):
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


class NewsHeadline(ResponseSchema):
    """A published article in a list, newest first or best first."""

    id = fields.String(required=True)
    category = TermField(NewsCategory, required=True, metadata=_CATEGORY)
    category_label = Said(required=True, metadata=_about("栏目名称", "its name", example="政策法规"))
    language = Said(
        required=True,
        metadata=_about(
            "标题和正文的语言；没有英文版的为中文",
            "language of title and text; Chinese where there is no English",
            type="string",
            example="zh",
        ),
    )
    title = Said(required=True, metadata=_about("标题", "title", type="string", example="信用修复怎么办"))
    summary = Said(required=True, metadata=_about("摘要", "summary", type="string", example="三步办理。"))
    cover_url = fields.String(
        required=True,
        allow_none=True,
        metadata=_about(
            "封面图片在本服务上的路径",
            "path of the cover on this service",
            example="/api/v1/news/pictures/06a…",
        ),
    )
    published_at = BeijingTime(required=True)
    updated_at = BeijingTime(
        required=True, metadata=_about("最近一次更新的时间", "when what is shown came before readers")
    )


class NewsPage(ResponseSchema):
    items = fields.List(fields.Nested(NewsHeadline), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NewsArticle(NewsHeadline):
    body = Said(
        required=True, metadata=_about("正文，Markdown", "the text, Markdown", type="string", example="…")
    )
    body_html = Said(
        required=True,
        metadata=_about(
            "正文，已清理的 HTML，可直接显示；不引用其他网站的任何内容",
            "the text as HTML that is safe to show and loads nothing from elsewhere",
            type="string",
            example="<p>…</p>",
        ),
    )


class NewsContent(ResponseSchema):
    """What was written, in both languages."""

    category = TermField(NewsCategory, required=True, metadata=_CATEGORY)
    title = fields.String(required=True, metadata=_about("标题", "title"))
    body = fields.String(required=True, metadata=_MARKDOWN)
    summary = fields.String(required=True, allow_none=True, metadata=_about("摘要", "summary"))
    title_en = fields.String(required=True, allow_none=True, metadata=_about("英文标题", "title in English"))
    body_en = fields.String(
        required=True, allow_none=True, metadata=_about("英文正文", "the text in English")
    )
    summary_en = fields.String(
        required=True, allow_none=True, metadata=_about("英文摘要", "summary in English")
    )
    cover_id = fields.String(
        required=True, allow_none=True, metadata=_about("封面图片编号", "id of the cover")
    )


class NewsRevisionLine(ResponseSchema):
    """One revision; none is ever changed or removed."""

    number = fields.Integer(required=True, metadata=_about("修订号，从 1 起", "its number, from 1 on"))
    title = fields.String(required=True, metadata=_about("标题", "title"))
    by_name = fields.String(required=True, allow_none=True, metadata=_about("修改人", "who wrote it"))
    at = BeijingTime(required=True)


class NewsRevisionPage(ResponseSchema):
    items = fields.List(fields.Nested(NewsRevisionLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NewsRevision(NewsRevisionLine):
    content = fields.Nested(NewsContent, required=True)
    body_html = fields.String(
        required=True,
        metadata=_about("正文预览，图片经工作台路径取得", "preview; its pictures are for staff"),
    )
    body_en_html = fields.String(
        required=True, allow_none=True, metadata=_about("英文正文预览", "preview of the text in English")
    )


class NewsActLine(ResponseSchema):
    """One line of an article's history."""

    at = BeijingTime(required=True)
    act = TermField(NewsAct, required=True, metadata=_about("做了什么", "what was done"))
    act_label = Said(required=True, metadata=_about("名称", "in words", type="string", example="审核通过"))
    state = TermField(NewsState, required=True, metadata=_about("之后的状态", "the state after it"))
    revision = fields.Integer(required=True, metadata=_about("所对应的修订", "the revision it was done to"))
    by_name = fields.String(required=True, allow_none=True, metadata=_about("经办人", "who did it"))
    reason = fields.String(required=True, allow_none=True, metadata=_about("原因", "why"))
    publish_at = BeijingTime(required=True, allow_none=True, metadata=_about("定时", "scheduled for"))


class StaffNewsLine(ResponseSchema):
    """The work on an article. `state` is that of its newest revision; `live_revision` is what readers see."""

    id = fields.String(required=True)
    state = TermField(NewsState, required=True)
    state_label = Said(required=True, metadata=_about("状态名称", "the state in words", example="待审核"))
    category = TermField(NewsCategory, required=True, metadata=_CATEGORY)
    title = fields.String(required=True, metadata=_about("标题", "title"))
    revision = fields.Integer(required=True, metadata=_about("最新修订", "the newest revision", example=2))
    live_revision = fields.Integer(
        required=True,
        allow_none=True,
        metadata=_about(
            "读者现在看到的修订，未发布为空", "the revision that readers see; null: none", example=1
        ),
    )
    publish_at = BeijingTime(
        required=True, allow_none=True, metadata=_about("定时发布时间", "when it will be published")
    )
    created_at = BeijingTime(required=True)
    changed_at = BeijingTime(required=True, metadata=_about("最近变动", "when anything was last done"))
    version = fields.Integer(required=True, metadata=_about("版本", "counts the changes", example=3))
    may_approve = fields.Boolean(
        required=True,
        metadata=_about(
            "您能否审核：写过任何一稿、传过所用图片的人都不能",
            "whether you may approve it: nobody may who wrote any revision or uploaded a picture in it",
        ),
    )


class StaffNewsPage(ResponseSchema):
    items = fields.List(fields.Nested(StaffNewsLine), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NewsPicture(ResponseSchema):
    """A picture of an article, as we made it anew."""

    id = fields.String(
        required=True, metadata=_about("编号，正文中写作 picture:编号", "its id, for picture:id")
    )
    width = fields.Integer(required=True, metadata=_about("宽，像素", "width in pixels", example=1600))
    height = fields.Integer(required=True, metadata=_about("高，像素", "height in pixels", example=900))
    sha256 = fields.String(
        required=True,
        metadata=_about("内容的 SHA-256", "SHA-256 of the content", example="9f86d081884c7d65…"),
    )
    at = BeijingTime(required=True)


class StaffNews(StaffNewsLine):
    content = fields.Nested(NewsContent, required=True)
    body_html = fields.String(
        required=True,
        metadata=_about("正文预览，图片经工作台路径取得", "preview; its pictures are for staff"),
    )
    body_en_html = fields.String(
        required=True, allow_none=True, metadata=_about("英文正文预览", "preview of the text in English")
    )
    pictures = fields.List(
        fields.Nested(NewsPicture), required=True, metadata=_about("本文的图片", "its pictures")
    )
    history = fields.List(
        fields.Nested(NewsActLine),
        required=True,
        metadata=_about("经过，最新的在前", "what happened, newest first"),
    )
