"""Steps that people take on the pages of a running service, as the pages ask for them; with script and without."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.support.city import City


@dataclass(frozen=True)
class Walker:
    """A resident with a phone, and what they type about themselves."""

    name: str
    number: str
    phone: str


def sign_in(page: Page, city: City, phone: str) -> None:
    """From the page that asks for the phone, by the code that it gets."""
    page.fill("#f-phone", phone)
    page.click("main button")
    page.wait_for_selector("#f-code")
    page.fill("#f-code", city.code_for(phone))
    page.click("main .card button")


def bind(page: Page, who: Walker) -> None:
    """Name and number, on the page that asks for them."""
    page.wait_for_url("**/identity*")
    page.fill("#f-name", who.name)
    page.fill("#f-id_number", who.number)
    page.click("main button")


def prove(page: Page, code: str) -> None:
    """By a code from the window, on the page that offers both ways."""
    page.wait_for_url("**/verify-me*")
    page.fill("#f-code", code)
    page.click("button:has-text('用核验码')")


def enter(page: Page, city: City, username: str, way_on: str) -> None:
    """Somebody of the staff or a clerk signs in on the page that asks for it, which leads to `way_on`."""
    page.fill("#f-username", username)
    page.fill("#f-password", city.account(username)["password"])
    page.click("main form[action$='/login'] button")
    page.wait_for_url(f"**{way_on}")
