"""What stands around articles, in both languages."""

from schemas.text import Text

FEED = Text("信用上海 · 信用资讯", "Credit Shanghai · News")
FEED_OF = Text("信用上海 · {category}", "Credit Shanghai · {category}")
QUEUE = Text("待审核的资讯", "Articles to be reviewed")
