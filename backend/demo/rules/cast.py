"""The residents whom a visitor of the demonstration signs in as, and what each of them is there to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from backend.common.periods import add_years
from backend.demo.model import Fate, Line, Member
from backend.demo.rules import chance, people
from backend.demo.rules.history import Historian
from schemas.terms import MerchantKind, Role, ServiceKind, SubjectKind

FACE, WINDOW, BLANK, FULL = "face", "window", "blank", "full"
PHOTOS = ("obama.jpg", "obama2.jpg")
"""On file for the first resident; `SELFIE` is another photograph of the same man, to make frames of."""
SELFIE = "obama3.jpg"
SEED = 0
PLAIN_RECORDS = 8


@dataclass(frozen=True)
class Part:
    """One resident of the cast; `note` says in a few words what to try."""

    member: Member
    shows: str
    note: str


@dataclass(frozen=True)
class StaffPart:
    username: str
    role: Role
    unit: str | None
    note: str


@dataclass(frozen=True)
class MerchantPart:
    """A merchant that takes part, and the user name of its clerk."""

    name: str
    kind: MerchantKind
    district: str
    uscc: str
    contact: tuple[str, str]
    clerk: str
    note: str
    lends: tuple[ServiceKind, ...] = ()


@dataclass(frozen=True)
class _Scene:
    """One record of the resident who has every sort: when it began and ended, in days before the founding day."""

    item_code: str
    begun: int
    ended: int | None
    fate: Fate | None = None
    title: str | None = None


_FULL_NAME = "阿依古丽·买买提"
_FIVE_YEARS = 1_826
_SCENES = (
    _Scene("HPF-P-01", 2_900, None),
    _Scene("EDU-P-01", 5_200, None),
    _Scene("HRSS-P-03", 430, 330, Fate.CONTESTED),
    _Scene("METRO-P-01", 610, None, Fate.DISSENTED),
    _Scene("COURT-P-04", _FIVE_YEARS + 700, _FIVE_YEARS - 45),
    _Scene("MARKET-P-02", _FIVE_YEARS + 400, _FIVE_YEARS + 40),
    _Scene("TAX-P-01", 800, 700, Fate.HIDDEN),
    _Scene("POLICE-P-01", 220, 200, Fate.SUSPENDED),
    _Scene("URBANLAW-P-01", 160, None, title=f"责令{_FULL_NAME}限期拆除违法建筑"),
    _Scene("COURT-P-02", 900, 880),
    _Scene("CYL-P-01", 300, 300),
    _Scene("CIVIL-P-04", 500, 500),
    _Scene("SPIRIT-P-01", 1_000, None),
)


def parts(*, faces: bool) -> tuple[Part, ...]:
    """The cast; without photographs the first resident uses a window code like everybody else."""
    face = (
        f"face (face-verification frames of {SELFIE}) / 刷脸"
        if faces
        else "no photographs here: window code / 窗口码"
    )
    return (
        Part(_member("沈知行", date(1961, 8, 4), 1, PHOTOS if faces else ()), FACE, face),
        Part(
            _member("顾念慈", date(1988, 2, 29), 2), WINDOW, "manage issue-window-code --id-number … / 窗口码"
        ),
        Part(_member("祝䶮", date(2001, 1, 31), 3), BLANK, "no records / 无记录"),
        Part(
            _member(_FULL_NAME, date(1975, 6, 15), 4),
            FULL,
            "every sort of record, open cases / 各类记录和在办案件",
        ),
    )


def staff() -> tuple[StaffPart, ...]:
    return (
        StaffPart("chen.jing", Role.WINDOW_CLERK, "DIST-XUHUI", "hands out window codes / 发放窗口码"),
        StaffPart("lu.ming", Role.CASE_OFFICER, None, "objections, restorations / 异议和信用修复处理"),
        StaffPart("tang.yue", Role.DATA_STEWARD, None, "imports, catalogue / 数据管理"),
        StaffPart("he.rui", Role.AUDITOR, None, "audit log, “not me” / 审计、查询疑问"),
        StaffPart("lin.an", Role.ADMIN, None, "administration / 系统管理"),
        StaffPart("xie.wen", Role.NEWS_EDITOR, None, "news / 资讯"),
        StaffPart("song.hui", Role.BENEFIT_MANAGER, None, "benefits / 权益"),
        StaffPart("gao.ren", Role.PROVIDER, "HRSS", "provider: social security / 信息提供单位：人社局"),
        StaffPart(
            "fang.ning", Role.PROVIDER, "POLICE", "provider: police, owes an answer / 公安局，逾期未答复"
        ),
        StaffPart("shen.jia", Role.PROVIDER, "METRO", "provider: metro / 信息提供单位：地铁"),
        StaffPart("luo.wei", Role.PROVIDER, "TAX", "provider: taxes / 信息提供单位：税务局"),
        StaffPart("qian.yi", Role.NEWS_EDITOR, None, "news: reviews / 资讯审核"),
    )


def merchants() -> tuple[MerchantPart, ...]:
    """Invented: their codes are of a region that there is not, and no entity of a city reaches their numbers."""
    return (
        MerchantPart(
            "良友超市（淮海中路示范店）", MerchantKind.SUPERMARKET, "黄浦区", people.credit_code(90000001),
            ("周莉", "021-63210000"), "liangyou.zhou", "supermarket: till, clerk / 超市：收银台、店员",
        ),
        MerchantPart(
            "徐汇区示范图书馆", MerchantKind.LIBRARY, "徐汇区", people.credit_code(90000002),
            ("韩墨", "021-54320000"), "library.han", "library: no deposit / 图书馆：免押借阅",
            (ServiceKind.LIBRARY_BOOKS,),
        ),
        MerchantPart(
            "晴雨伞（共享雨具）", MerchantKind.UMBRELLA, "静安区", people.credit_code(90000003),
            ("雷雨桐", "021-62180000"), "umbrella.lei", "umbrellas: no deposit / 雨具：免押租借",
            (ServiceKind.UMBRELLA, ServiceKind.POWER_BANK),
        ),
        MerchantPart(
            "申行单车", MerchantKind.BICYCLE, "浦东新区", people.credit_code(90000004),
            ("车骁", "021-58760000"), "bike.che", "bicycles: no deposit / 单车：免押骑行",
            (ServiceKind.BICYCLE,),
        ),
        MerchantPart(
            "浦江示范租车", MerchantKind.CAR, "浦东新区", people.credit_code(90000011),
            ("路远", "021-58880000"), "car.lu", "cars: no deposit / 租车：免押", (ServiceKind.CAR,),
        ),
        MerchantPart(
            "趣玩租借（示范店）", MerchantKind.OTHER, "静安区", people.credit_code(90000012),
            ("童乐", "021-62560000"), "toys.tong", "toys, electronics: no deposit / 玩具和数码：免押",
            (ServiceKind.TOY, ServiceKind.ELECTRONICS),
        ),
        MerchantPart(
            "外滩示范酒店", MerchantKind.HOTEL, "黄浦区", people.credit_code(90000013),
            ("安宿", "021-63290000"), "hotel.an", "hotel: no deposit / 酒店：免押入住", (ServiceKind.HOTEL,),
        ),
        MerchantPart(
            "安居租房（示范）", MerchantKind.HOUSING, "徐汇区", people.credit_code(90000014),
            ("居宁", "021-54610000"), "homes.ju", "homes: no deposit / 租房：免押", (ServiceKind.RENTAL,),
        ),
    )  # fmt: skip


def lines(part: Part, historian: Historian, founded_on: date) -> Iterator[Line]:
    """What is on record about a resident of the cast."""
    if part.shows == FULL:
        yield from _scenes(part.member, historian, founded_on)
    elif part.shows != BLANK:
        found = historian.of(part.member, SEED, part.shows)
        yield from (line for _, line in zip(range(PLAIN_RECORDS), found, strict=False))


def _scenes(member: Member, historian: Historian, founded_on: date) -> Iterator[Line]:
    """The scenes whose items the catalogue has."""
    for place, scene in enumerate(_SCENES):
        item = historian.items.get(scene.item_code)
        if item is None:
            continue
        ended_on = None if scene.ended is None else founded_on - timedelta(days=scene.ended)
        span = (founded_on - timedelta(days=scene.begun), ended_on)
        drawn = chance.of("scene", place)
        line = historian.line(member, item, span, place, drawn, scene.fate)
        yield line if scene.title is None else _titled(line, scene.title)


def _titled(line: Line, title: str) -> Line:
    return Line(**(vars(line) | {"title": title}))


def _member(name: str, born_on: date, place: int, photos: tuple[str, ...] = ()) -> Member:
    return Member(
        kind=SubjectKind.PERSON,
        number=people.identity_number(born_on, place),
        name=name,
        phone=people.fixed_phone(place),
        district="310104",
        since=add_years(born_on, 18) + timedelta(days=1),
        photos=photos,
    )
