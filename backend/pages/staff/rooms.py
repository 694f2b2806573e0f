"""The rooms of the console: which part is whose, for the way round and the front of the desk.

A line is (address, Chinese, English, roles). What a role may do there is the table of rights' to say; this is only the way there.
"""

from typing import NamedTuple

from backend.web.rights import (
    AUDITORS,
    CLERKS,
    EDITORS,
    KEEPERS,
    MANAGERS,
    OFFICERS,
    PAGES,
    PROVIDERS,
    STAFF,
    STEWARDS,
)
from schemas.terms import CaseKind, Role
from schemas.text import Text


class Room(NamedTuple):
    """One part of the console, and who works there."""

    address: str
    name: Text
    roles: frozenset[Role]


ROOMS = (
    Room("/staff", Text("待办", "Desk"), STAFF),
    Room("/staff/objections", Text("异议", "Objections"), OFFICERS | PROVIDERS),
    Room("/staff/restorations", Text("信用修复", "Restorations"), OFFICERS | PROVIDERS),
    Room("/staff/contests", Text("人工复核", "Reviews"), OFFICERS),
    Room("/staff/window-codes", Text("窗口核验码", "Window codes"), CLERKS),
    Room("/staff/imports", Text("数据归集", "Imports"), STEWARDS | PROVIDERS),
    Room("/staff/catalogue", Text("信息目录", "Catalogue"), STAFF),
    Room("/staff/calendars", Text("工作日历", "Calendars"), STAFF),
    Room("/staff/news", Text("资讯", "News"), EDITORS),
    Room("/staff/pushes", Text("推送", "Pushes"), EDITORS),
    Room("/staff/phrases", Text("聊天用语", "Chat phrases"), EDITORS | OFFICERS),
    Room("/staff/benefits", Text("红包", "Red packets"), MANAGERS),
    Room("/staff/services", Text("免押服务", "Deposit-free"), MANAGERS),
    Room("/staff/merchants", Text("商户", "Merchants"), MANAGERS),
    Room("/staff/places", Text("诚信商家", "Shops"), KEEPERS),
    Room("/staff/questions", Text("查询疑问", "“Not me”"), AUDITORS),
    Room("/staff/audit", Text("审计日志", "Audit log"), AUDITORS),
    Room("/staff/operations", Text("运行情况", "Operations"), AUDITORS | STEWARDS),
)
# Where the cases of a kind are worked on, for queues and notices of the desk.
CASES = {
    CaseKind.OBJECTION: "/staff/objections",
    CaseKind.RESTORATION: "/staff/restorations",
    CaseKind.QUESTION: "/staff/questions",
    CaseKind.CONTEST: "/staff/contests",
    CaseKind.PLACE: "/staff/places",
    CaseKind.NEWS: "/staff/news",
    CaseKind.BATCH: "/staff/imports",
}


def open_to(role: Role) -> tuple[Room, ...]:
    """In the order of the way round; a room whose page is not built yet is on nobody's way."""
    return tuple(room for room in ROOMS if role in room.roles and _is_there(room.address))


def of_queue(name: str) -> str | None:
    """Where a queue of the desk is worked on; its name begins with its kind of case."""
    for kind, address in CASES.items():
        if name.startswith(kind.value) and _is_there(address):
            return address
    return None


def of_case(kind: CaseKind, case_id: str) -> str | None:
    """Where one case is worked on; its list where a case has no page of its own."""
    address = CASES.get(kind)
    if address is None or not _is_there(address):
        return None
    alone = f"GET {address}/<"
    return f"{address}/{case_id}" if any(key.startswith(alone) for key in PAGES) else address


def _is_there(address: str) -> bool:
    return f"GET {address}" in PAGES
