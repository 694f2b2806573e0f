"""The trustworthy shops of the demonstration: as many as the operating report of 2018 counts, in the proportions of those that
were assessed, at roads of all sixteen districts. The shops are invented; the roads are where they are."""

from collections.abc import Iterator
from datetime import date

from backend.common.coordinates import LngLat, converted
from schemas.terms import Crs, PlaceKind

# 107 of 187 assessed: 45 convenience stores, 66 supermarkets, 48 hypermarkets, 28 fresh food stores (S0).
KINDS = {
    PlaceKind.CONVENIENCE: 26,
    PlaceKind.SUPERMARKET: 38,
    PlaceKind.HYPERMARKET: 27,
    PlaceKind.FRESH: 16,
}
BRANDS = {
    PlaceKind.CONVENIENCE: "申邻便利",
    PlaceKind.SUPERMARKET: "浦江联购超市",
    PlaceKind.HYPERMARKET: "沪家大卖场",
    PlaceKind.FRESH: "鲜里生鲜",
}
CRS = Crs.GCJ02
"""The list gives positions as its body read them from a map of the country."""
ASSESSED_BY, SOURCE = "上海市食品安全工作联合会（示范）", "{year}年度食品安全“守信超市”名单（示范）"
# District, how many shops, and roads with their position (WGS-84).
_ROADS = """
310101 7 南京东路 121.4790 31.2365 淮海中路 121.4660 31.2220 方浜中路 121.4880 31.2262 打浦路 121.4680 31.2060 西藏南路 121.4830 31.2150
310104 7 衡山路 121.4430 31.2075 漕溪北路 121.4335 31.1925 武康路 121.4345 31.2085 漕宝路 121.4170 31.1680 龙华路 121.4480 31.1780 百色路 121.4350 31.1390
310105 6 愚园路 121.4240 31.2205 天山路 121.4010 31.2155 仙霞路 121.3890 31.2105 虹桥路 121.4060 31.1985 平塘路 121.3650 31.2180
310106 7 南京西路 121.4540 31.2295 江宁路 121.4470 31.2420 共和新路 121.4500 31.2740 临汾路 121.4480 31.3080 延平路 121.4370 31.2330
310107 7 曹杨路 121.4120 31.2430 长寿路 121.4370 31.2425 兰溪路 121.4030 31.2490 甘泉路 121.4270 31.2650 真南路 121.3750 31.2780
310109 5 四川北路 121.4830 31.2545 曲阳路 121.4840 31.2780 水电路 121.4760 31.2930 东大名路 121.4990 31.2490
310110 7 淞沪路 121.5110 31.3030 控江路 121.5190 31.2760 平凉路 121.5240 31.2610 中原路 121.5330 31.3200 国权路 121.5040 31.2930
310112 10 莘建路 121.3770 31.1110 七莘路 121.3530 31.1540 虹井路 121.3770 31.1800 江川路 121.4060 31.0060 江月路 121.5000 31.0860 颛兴路 121.4020 31.0640
310113 8 友谊路 121.4840 31.4040 牡丹江路 121.4830 31.3980 共富路 121.4260 31.3590 华灵路 121.4160 31.2820 陆翔路 121.3560 31.3590 市一路 121.3420 31.4110
310114 7 清河路 121.2500 31.3840 城中路 121.2480 31.3880 墨玉路 121.1620 31.2930 德华路 121.3120 31.2950 金沙江西路 121.3290 31.2440
310115 15 张杨路 121.5190 31.2290 商城路 121.5140 31.2310 花木路 121.5560 31.2090 碧云路 121.5800 31.2410 祖冲之路 121.5930 31.2050 川沙路 121.6980 31.1920 年家浜路 121.5710 31.1130 人民西路 121.7530 31.0500 环湖西路 121.9180 30.8990 张杨北路 121.5790 31.3400 三林路 121.5060 31.1440 川周公路 121.6400 31.1400
310116 4 卫清路 121.3370 30.7260 万安街 121.1640 30.8960 大通路 121.3110 30.8850 新枫路 121.0160 30.8890
310117 6 中山中路 121.2270 31.0070 人民北路 121.2240 31.0270 九亭大街 121.3190 31.1290 开江中路 121.2620 31.1170 文诚路 121.2150 31.0450
310118 4 公园路 121.1110 31.1530 徐泾路 121.2680 31.1760 祥凝浜路 121.0500 31.1100 新府中路 121.2310 31.2390
310120 4 解放中路 121.4600 30.9180 环城东路 121.4690 30.9140 川南奉公路 121.6420 30.9140 海农公路 121.5200 30.8450
310151 3 八一路 121.3970 31.6260 堡镇中路 121.6150 31.5370 凤辰路 121.7180 31.3720
"""  # noqa: E501  # a district is one line
_STEP = 0.0011
"""Shops of one road lie about 120 m apart."""


def rows(year: int) -> Iterator[dict[str, object]]:
    """The list of a year as its body hands it in; its validity ends with the next year."""
    kinds = iter(_mixed())
    for line in _ROADS.split("\n"):
        if not line:
            continue
        district, count, *rest = line.split()
        roads = [(rest[n], float(rest[n + 1]), float(rest[n + 2])) for n in range(0, len(rest), 3)]
        for number in range(int(count)):
            again, place = divmod(number, len(roads))
            road, lng, lat = roads[place]
            kind = next(kinds)
            at = converted(LngLat(lng + again * _STEP, lat), Crs.WGS84, CRS)
            yield {
                "name": f"{BRANDS[kind]}（{road}{'东' if again else ''}店）",
                "kind": kind.value,
                "district": district,
                "address": f"{road}{88 + 112 * again + 10 * place}号",
                "lng": round(at.lng, 6),
                "lat": round(at.lat, 6),
                "assessed_by": ASSESSED_BY,
                "valid_until": date(year + 1, 12, 31).isoformat(),
            }


def _mixed() -> list[PlaceKind]:
    """Every kind as often as it shall be, spread evenly over the city."""
    placed = [((n + 0.5) / count, kind) for kind, count in KINDS.items() for n in range(count)]
    return [kind for _, kind in sorted(placed)]
