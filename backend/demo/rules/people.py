"""Residents and entities of the demonstration city, with numbers that can belong to nobody.

Identity numbers and credit codes lie in division 310199, which never was one (310101-310120, 310151 and the abolished
ones are). No mobile range is kept for fiction in this country; 1349 belongs to no mobile operator: it was given to the
satellite network in 2005 and is not sold to the public, and nothing is sent anywhere in a demonstration.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import uscc

from backend.common.numbers import check_digit
from backend.common.periods import add_years
from backend.demo.model import Member
from backend.demo.rules import chance
from backend.demo.rules.chance import Lot, Random
from schemas.terms import SubjectKind

DIVISION = "310199"
FIRST_BIRTH, LAST_BIRTH = date(1936, 1, 1), date(2007, 12, 31)
DAYS = (LAST_BIRTH - FIRST_BIRTH).days + 1
# The last three places before the check digit; below 100 they are the fixed residents' and the tests'.
FIRST_SERIAL, SERIALS = 100, 900
PLACES = DAYS * SERIALS
"""How many residents all cities together can have: 23.7 million, about as many as Shanghai."""
_STRIDE = 7_368_787
PHONES = "1349"
_PHONES_KEPT, _PHONES = 1_000, 10_000_000
RESIDENTS_FOR_AN_ENTITY = 10

# Residents in 10,000 at the census of 2020.
DISTRICTS = {
    "310101": 66, "310104": 111, "310105": 69, "310106": 98, "310107": 124, "310109": 76, "310110": 124, "310112": 265,
    "310113": 224, "310114": 183, "310115": 568, "310116": 82, "310117": 191, "310118": 127, "310120": 114, "310151": 64,
}  # fmt: skip
_DISTRICTS = Lot(list(DISTRICTS), list(DISTRICTS.values()))

# Surname and how many of a thousand bear it, roughly.
_SURNAMES = (
    "王74 李72 张68 刘54 陈46 杨31 黄22 赵21 周21 吴20 徐17 孙15 朱14 马13 胡12 郭12 林11 何11 高10 罗9 郑9 梁8 谢8 宋8 "
    "唐8 许7 邓7 冯7 韩7 曹7 曾6 彭6 沈9 顾8 陆8 金7 蒋6 蔡6 潘6 戴5 施5 严4 倪4 欧阳2 上官1 诸葛1 司徒1 令狐1"
).split()
_SURNAME = Lot(
    [one.rstrip("0123456789") for one in _SURNAMES],
    [int(one.lstrip(one.rstrip("0123456789"))) for one in _SURNAMES],
)
_WOMEN = "芳娜敏静丽娟艳霞秀兰英华慧巧美玉萍红月桂莲春菊凤洁梅琳素云珍贞莉雅芝萱蓉琴岚苑婕馨瑗琰韵怡婷雪荣爱妹香姣璐"
_MEN = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达"
_UNCOMMON = ("䶮", "𠮷", "㛃", "䲟", "燊", "璟", "昇", "喆", "堃", "翀", "赟", "骉", "𬭎", "𫖯")
_WITH_DOT = (
    "阿布都·热合曼", "买买提·艾力", "古丽娜尔·玉素甫", "迪力木拉提·帕尔哈提", "热依汗·吐尔逊", "艾孜买提·库尔班", "扎西·次仁",
    "卓玛·央金", "洛桑·多吉", "其其格·巴特尔", "哈斯·额尔德尼", "叶尔兰·巴合提",
)  # fmt: skip

_AREAS = "浦江 申城 外滩 静安 徐汇 虹桥 长宁 陆家嘴 漕河泾 张江 松江 嘉定 奉贤 崇明 临港 青浦 五角场 大宁 莘庄 川沙".split()
_MARKS = "恒信 华明 瑞丰 联创 致远 东昇 锦程 博雅 云帆 德润 和顺 启元 新禾 安泰 广源 嘉禾 同济达 正阳 永昌 海纳".split()
_TRADES = (
    "餐饮管理 商贸 物流 建筑工程 信息科技 食品 环境技术 文化传播 人力资源 旅行社 医疗器械 教育科技 机电设备 超市 物业服务"
).split()
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Quarter:
    """Where a city's residents stand among all possible numbers: `first` and the `length` places after it, in a ring."""

    first: int
    length: int

    def overlaps(self, other: "Quarter") -> bool:
        if not self.length or not other.length:
            return False
        ahead, behind = (other.first - self.first) % PLACES, (self.first - other.first) % PLACES
        return ahead < self.length or behind < other.length


def quarter(seed: int, residents: int) -> Quarter:
    return Quarter(chance.number_of("quarter", seed) % PLACES, residents)


def resident(seed: int, place: int) -> Member:
    """The resident of a place: the same for the same seed, however large the city is."""
    drawn = chance.of("resident", seed, place)
    spot = (quarter(seed, 0).first + place) * _STRIDE % PLACES
    born_on = FIRST_BIRTH + timedelta(days=spot % DAYS)
    serial = FIRST_SERIAL + spot // DAYS
    return Member(
        kind=SubjectKind.PERSON,
        number=identity_number(born_on, serial),
        name=_name(drawn, woman=serial % 2 == 0),
        phone=_phone(seed, place) if drawn.random() < 0.85 else None,
        district=_DISTRICTS.draw(drawn),
        since=_of_age(born_on),
    )


def entity(seed: int, place: int, founded_on: date) -> Member:
    """The entity that stands beside the resident of a place; its name says that it is an example."""
    drawn = chance.of("entity", seed, place)
    name = f"上海{drawn.choice(_AREAS)}{drawn.choice(_MARKS)}示例{drawn.choice(_TRADES)}有限公司"
    body = (quarter(seed, 0).first + place) % PLACES
    registered_on = founded_on - timedelta(days=drawn.randrange(700, 7_000))
    return Member(
        SubjectKind.ENTITY, credit_code(body), name, None, _DISTRICTS.draw(drawn), since=registered_on
    )


def identity_number(born_on: date, serial: int) -> str:
    first = f"{DIVISION}{born_on:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


def credit_code(body: int) -> str:
    """A unified social credit code over an organisation code (GB 11714) of eight digits."""
    digits = f"{body:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, _ORGANISATION_WEIGHTS, strict=True)) % 11
    code = f"91{DIVISION}{digits}{'X' if rest == 10 else rest % 11}"
    return code + str(uscc.calc_check_digit(code))


def fixed_phone(place: int) -> str:
    """A phone of one of the fixed residents; no generated resident has it."""
    return f"{PHONES}{place:07d}"


def _phone(seed: int, place: int) -> str:
    spot = (chance.number_of("phones", seed) + place) * _STRIDE % (_PHONES - _PHONES_KEPT)
    return f"{PHONES}{_PHONES_KEPT + spot:07d}"


def _of_age(born_on: date) -> date:
    """The day after the birthday, so that somebody of 29 February is of age as well."""
    return add_years(born_on, 18) + timedelta(days=1)


def _name(drawn: Random, *, woman: bool) -> str:
    kind = drawn.random()
    if kind < 0.006:
        return drawn.choice(_WITH_DOT)
    signs = _WOMEN if woman else _MEN
    given = "".join(drawn.choice(signs) for _ in range(2 if drawn.random() < 0.8 else 1))
    if kind < 0.02:
        given = given[:-1] + drawn.choice(_UNCOMMON)
    return _SURNAME.draw(drawn) + given
