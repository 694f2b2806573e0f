"""Pictures of the main pages for the README and docs/pages.md, taken from the demonstration city as a newcomer has it.

python -m tests.support.gallery [FOLDER]        a service of its own is started and ended; docs/pictures by default
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import browser as browsing
from tests.support import walking
from tests.support.city import City
from tests.support.processes import ROOT
from tests.support.walking import Walker

FOLDER = ROOT / "docs" / "pictures"
COLOURS = 96
PHONE = browsing.PHONE | {"device_scale_factor": 2}
RESIDENT = Walker("阿依古丽·买买提", "310199197506150041", "13490000004")


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="credit-gallery-") as data,
        City(Path(data)) as city,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browsing.CHROMIUM, args=list(browsing.ARGUMENTS))
        Gallery(city, browser, folder).take_all()
        browser.close()
    return 0


class Gallery:
    """Who walks through the pages, and takes a picture where it is worth one."""

    def __init__(self, city: City, browser: Browser, folder: Path) -> None:
        self._city = city
        self._browser = browser
        self._folder = folder

    def take_all(self) -> None:
        self.resident()
        self.desk()

    def resident(self) -> None:
        page = self._page(PHONE)
        self._shoot(page, "home", "/")
        page.goto(self._city.site + "/login?next=/verify-me")
        walking.sign_in(page, self._city, RESIDENT.phone)
        walking.bind(page, RESIDENT)
        page.wait_for_url("**/verify-me*")
        self._shoot(page, "verify", "/verify-me")
        walking.prove(page, self._city.window_code(RESIDENT.number))
        page.wait_for_load_state()
        self._shoot(page, "report", "/report")
        page.goto(self._city.site + "/objections")
        page.click("main .card a, main a.card")
        page.wait_for_load_state()
        self._shoot(page, "objection")
        for name in ("map", "benefits", "deposit-free", "news", "notices"):
            self._shoot(page, name, f"/{name}")
        dark = self._page(PHONE)
        dark.context.add_cookies(
            [
                {"name": name, "value": value, "url": self._city.site}
                for name, value in (("theme", "dark"), ("size", "large"))
            ]
        )
        self._shoot(dark, "home-dark-large", "/")

    def desk(self) -> None:
        page = self._page(browsing.DESK)
        page.goto(self._city.site + "/staff/login")
        walking.enter(page, self._city, "lu.ming", "/staff")
        self._shoot(page, "desk", "/staff")
        page.goto(self._city.site + "/staff/objections")
        page.click("table.list a")
        page.wait_for_load_state()
        self._shoot(page, "desk-case")

    def _page(self, size: dict[str, Any]) -> Page:
        return self._browser.new_context(**browsing.COMMON, **size).new_page()

    def _shoot(self, page: Page, name: str, path: str | None = None) -> None:
        """One screen, in few colours: what the README shows should not weigh a megabyte."""
        if path is not None:
            page.goto(self._city.site + path)
        page.wait_for_load_state("networkidle")
        picture = Image.open(BytesIO(page.screenshot()))
        picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(
            self._folder / f"{name}.png", optimize=True
        )
        print(name, page.url.removeprefix(self._city.site), flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
