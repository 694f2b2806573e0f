"""What tests of news do over and over: write, review, publish, and look as a reader does."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.news import service
from backend.news.model import Content
from backend.news.service import ShownArticle
from schemas.terms import Channel, NewsCategory, Role

ANNA = Actor("editor-anna", Role.NEWS_EDITOR, Channel.CONSOLE, name="an.na")
BO = Actor("editor-bo", Role.NEWS_EDITOR, Channel.CONSOLE, name="bo.wen")
CHEN = Actor("editor-chen", Role.NEWS_EDITOR, Channel.CONSOLE, name="chen.li")
WORKER = Actor("system:worker", Role.SYSTEM, Channel.WORKER, name="worker")
BODY = "## 申请修复\n\n纠正失信行为后，可以申请**信用修复**。"


@dataclass(frozen=True)
class Press:
    deps: Deps

    def content(self, **changes: Any) -> Content:
        made: dict[str, Any] = {"category": NewsCategory.KNOWLEDGE, "title": "信用修复怎么办", "body": BODY}
        return Content(**(made | changes))

    def draft(self, by: Actor = ANNA, **changes: Any) -> ShownArticle:
        return service.create(self.deps, by, content=self.content(**changes))

    def change(self, one: ShownArticle, by: Actor = ANNA, **changes: Any) -> ShownArticle:
        """Another revision of what is there now."""
        now = self.look(one)
        return service.change(
            self.deps, by, article_id=one.id, version=now.version, content=self.content(**changes)
        )

    def submit(self, one: ShownArticle, by: Actor = ANNA) -> ShownArticle:
        return service.submit(self.deps, by, article_id=one.id)

    def approve(self, one: ShownArticle, by: Actor = BO) -> ShownArticle:
        return service.approve(self.deps, by, article_id=one.id)

    def publish(self, one: ShownArticle, at: datetime | None = None, by: Actor = ANNA) -> ShownArticle:
        return service.publish(self.deps, by, article_id=one.id, publish_at=at)

    def unpublish(self, one: ShownArticle, reason: str = "内容有误。", **more: Any) -> ShownArticle:
        return service.unpublish(self.deps, ANNA, article_id=one.id, reason=reason, **more)

    def approved(self, **changes: Any) -> ShownArticle:
        return self.approve(self.submit(self.draft(**changes)))

    def published(self, **changes: Any) -> ShownArticle:
        return self.publish(self.approved(**changes))

    def again(self, one: ShownArticle, **changes: Any) -> ShownArticle:
        """Changed, reviewed and published anew."""
        self.change(one, **changes)
        self.submit(one)
        self.approve(one)
        return self.publish(one)

    def look(self, one: ShownArticle) -> ShownArticle:
        return service.find_for_staff(self.deps, ANNA, article_id=one.id)

    def titles(self, **asked: Any) -> list[str]:
        """What a reader's list or search shows."""
        return [one.title.zh for one in service.listed(self.deps, **({"limit": 100} | asked)).items]

    def add(self, one: ShownArticle, by: Actor = ANNA, content: bytes | None = None) -> str:
        """Upload a picture; its id."""
        made = service.add_picture(self.deps, by, article_id=one.id, content=content or photo())
        return made.id


def photo(
    size: tuple[int, int] = (320, 200), kind: str = "JPEG", colour: str = "teal", **options: Any
) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()
