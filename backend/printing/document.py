"""One PDF from HTML and CSS; nothing that they name is fetched."""

from typing import Any, NoReturn

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

VARIANT = "pdf/ua-1"
"""Tagged, with title and language, as screen readers want it (ISO 14289-1)."""


class Nothing(URLFetcher):  # type: ignore[misc]  # weasyprint ships no types
    """Refuses every address: files, the network, and what is written into an address itself."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: Any = None) -> NoReturn:
        raise ValueError("nothing is fetched")


class Installed(FontConfiguration):  # type: ignore[misc]  # weasyprint ships no types
    """The system's fonts alone: one that a document names is fetched, so it never comes, but a folder is made for it."""

    def add_font_face(self, rule_descriptors: Any, url_fetcher: Any) -> None:
        pass


_nothing = Nothing()
_fonts = Installed()


def made(html: str, css: str) -> bytes:
    page = weasyprint.HTML(string=html, url_fetcher=_nothing)
    style = weasyprint.CSS(string=css, url_fetcher=_nothing, font_config=_fonts)
    content: bytes = page.write_pdf(
        stylesheets=[style], font_config=_fonts, pdf_variant=VARIANT, pdf_tags=True
    )
    return content
