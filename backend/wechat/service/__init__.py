"""Use cases of the WeChat adapter: prove the address, admit and hear a request, answer it, and write the answer."""

from backend.wechat.service.answering import Dialogue, Line, Pace
from backend.wechat.service.menu import menu
from backend.wechat.service.receiving import admit, hear, prove, written

__all__ = ["Dialogue", "Line", "Pace", "admit", "hear", "menu", "prove", "written"]
