"""What Markdown becomes: everything an article needs, and nothing that hurts a reader or asks another site."""

import cProfile
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.news import rules
from backend.news.rules import markdown

EASY = settings(deadline=None, max_examples=300, derandomize=True, database=None)
ALLOWED = markdown._TAGS
VOID = {"br", "hr", "img"}


class Reader(HTMLParser):
    """An HTML parser of its own that notes what a browser would meet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text: list[str] = []
        self.others: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def is_harmless(html: str) -> bool:
    """Only known tags and attributes; pictures of ours alone; links of four kinds or into this service."""
    found = read(html)
    assert not found.others, found.others
    assert set(found.tags) <= ALLOWED
    for tag, name, value in found.attributes:
        assert name in markdown._ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if name == "src":
            assert re.fullmatch(r"/api/v1/news/pictures/[0-9a-z]{1,40}", value or ""), value
        if name == "href":
            assert re.match(r"(?i)(https?://|mailto:|tel:|#|/(?![/\\]))", value or ""), value
    return True


def test_what_an_article_needs_comes_out() -> None:
    html = rules.render(
        "# 一\n\n- 甲\n- **乙** *丙* ~~丁~~\n\n1. 戊\n\n> 引\n\n| 项 | 数 |\n|---|---:|\n| 查询 | 588,194 |\n\n"
        "`代码`\n\n---\n\n[政策](https://credit.example.gov.cn/a?b=1&c=2) [电话](tel:12345) [地图](/map)\n\n![图](picture:06abc)"
    )
    for piece in (
        "<h1>一</h1>",
        "<strong>乙</strong>",
        "<s>丁</s>",
        "<blockquote>",
        "<td>588,194</td>",
        "<code>代码</code>",
        '<a href="https://credit.example.gov.cn/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">政策</a>',
        '<a href="tel:12345"',
        '<a href="/map"',
        '<img src="/api/v1/news/pictures/06abc" alt="图">',
    ):
        assert piece in html
    assert is_harmless(html)


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "<style>@import '//evil.example/x.css'</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>]]>",
    "<math><mi//xlink:href='data:x,<script>'>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](javascript&#58;alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://a/b)",
    "[x](//evil.example/x)",
    "[x](/\\evil.example/x)",
    "[x](\\\\evil.example)",
    "[x](http:evil.example)",
    "[x]( javascript:alert(1) 'title')",
    '[x](https://a.example/" onmouseover="alert(1))',
    "[x](https://a.example 'a\" onmouseover=\"alert(1)')",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '<https://a.example/"onclick=alert(1)>',
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](/api/v1/me/report.pdf)",
    "![x](picture:../../me/report.pdf)",
    "![x](picture:06abc/../../../me)",
    "![x](picture:06abc?x=//evil.example)",
    "![x](picture:06abc#a)",
    '!["><script>alert(1)</script>](picture:06abc)',
    "![a](picture:06abc '\" onload=alert(1) \"')",
    "![![x](https://evil.example/a.png)](https://evil.example/b.png)",
    "[![x](https://evil.example/a.png)](javascript:alert(1))",
    "![x][r]\n\n[r]: https://evil.example/a.png",
    "[a](picture:06abc)",
    "`<script>alert(1)</script>`",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>\nx\n```',
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script\\>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "\u2028<script>\u2029",
    "<a\u00a0href=javascript:alert(1)>",
    "</p><form action=//evil.example><button>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<video src=//evil.example>",
    "<object data=//evil.example>",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_a_text(text: str) -> None:
    html = rules.render(text)
    assert is_harmless(html)
    for _, name, value in read(html).attributes:
        if name in ("href", "src"):
            assert urlsplit(urljoin("https://own.example/", value)).hostname != "evil.example"


@pytest.mark.parametrize("text", [one for one in ATTACKS if "![" in one and "https:" in one])
def test_a_picture_of_another_site_is_told_to_who_writes_it(text: str) -> None:
    assert None in rules.pictures_of(text)


def test_pictures_are_found_wherever_they_stand() -> None:
    text = (
        "![a](picture:p1)\n\n> - ![b](picture:p2)\n\n[![c](picture:p3)](https://a.example)\n\n"
        "| ![d](picture:p4) |\n|---|\n\n![e][r]\n\n[r]: picture:p5"
    )
    assert sorted(one or "" for one in rules.pictures_of(text)) == ["p1", "p2", "p3", "p4", "p5"]


PIECES = st.lists(
    st.sampled_from(
        ["<", ">", "[", "]", "(", ")", "!", "*", "_", "`", "\n", "\n\n", "> ", "- ", "    ", "|", "|---|", "#", "&", ";", ":",
         "javascript:", "data:", "https://evil.example", "//", "\\", '"', "'", "=", "onerror", "script", "img", "src", "/", "x",
         "picture:06abc", "&#106;", "&colon;", "<!--", "-->", "<?", "]]>", "\u200b", "\u0000"[:0], "信用", "~~", "a]: ", "\t"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@EASY
@given(PIECES)
def test_whatever_is_written_is_harmless(text: str) -> None:
    assert is_harmless(rules.render(text))


@EASY
@given(st.text(max_size=200))
def test_any_text_at_all_is_harmless(text: str) -> None:
    assert is_harmless(rules.render(text))


@EASY
@given(PIECES)
def test_every_picture_that_would_be_loaded_was_named_before(text: str) -> None:
    loaded = [
        (value or "").rpartition("/")[2]
        for tag, name, value in read(rules.render(text)).attributes
        if (tag, name) == ("img", "src")
    ]
    assert set(loaded) <= set(rules.pictures_of(text))


PATTERNS = [
    ">", "> ", "[", "![", "*", "**a", "_a_", "`", "~~", "- ", "  - a\n", "1. ", "#", "\\", "&", "<", "<a", "(", "]", "[a](",
    "![a](", "a\n", "|", "| a |\n", "[a]: b\n", "```\n", "*a **b ", "[a][b]", "&amp;", "\t", "<!--", "<?", "a*", "\\[", "[](",
    "*_", "`a ``b ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PATTERNS)
def test_the_effort_grows_with_the_length_of_a_hostile_text_and_not_with_its_square(piece: str) -> None:
    short, long = (_steps((piece * length)[:length]) for length in (600, 2_400))
    assert long < 6 * short + 2_000


def _steps(text: str) -> int:
    """How many calls of functions, in Python and in C, rendering takes; the cache is passed by."""
    with cProfile.Profile() as counted:
        markdown._rendered.__wrapped__(text, markdown.PUBLIC_PICTURES)
    return sum(entry.callcount for entry in counted.getstats())


def test_deep_nesting_neither_ends_the_process_nor_hides_the_text() -> None:
    for text in (
        ">" * 5_000 + "信用",
        "- " * 5_000 + "信用",
        "[" * 5_000 + "信用" + "](/a)" * 5_000,
        "**" * 5_000 + "信用",
    ):
        assert is_harmless(rules.render(text))


def test_the_plain_text_is_what_a_reader_reads() -> None:
    text = "# 题\n\n**信用**修复\n两行\n\n- 甲 `乙`\n\n```\n代码\n```\n\n![图说](picture:p1) [链接](https://a.example)\n\n<b>x</b>"
    assert rules.plain(text) == "题\n信用修复 两行\n甲 乙\n代码\n图说 链接\n<b>x</b>"


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("## 怎么借\n\n带**身份证**即可。\n\n### 期限\n\n- 三十天", "带身份证即可。\n三十天"),
        ("怎么借\n======\n\n> 带身份证", "带身份证"),
        ("# 只有标题", "只有标题"),
        ("", ""),
    ],
)
def test_a_summary_has_no_headings_in_it(text: str, lead: str) -> None:
    assert rules.lead(text) == lead


def test_previews_of_editors_load_their_pictures_from_the_staffs_place() -> None:
    html = rules.render("![a](picture:p1)", "/api/v1/staff/news/n1/pictures/")
    assert '<img src="/api/v1/staff/news/n1/pictures/p1" alt="a">' in html
