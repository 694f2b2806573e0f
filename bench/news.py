"""Searching the news of twelve years, against looking through every text; decides docs/adr/0028.

    python -m bench news [--articles 6600] [--rounds 5]

Five hundred and fifty articles a year (the operating report of 2018), each of some 1,200 characters from one stock of words,
so that common words stand in nearly all of them. `raw` is MongoDB's own search for a part of a text (a regular expression over
the folded texts), which knows no order; `search` is the use case, best first. Both take turns. Two questions are hostile: all
pairs of one are common and it stands nowhere, and the other has as many words as a question may have.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from backend import bootstrap
from backend.common.deps import Deps
from backend.news import rules, service
from backend.news.model import Published
from backend.news.store import published
from bench.support import database
from schemas.terms import NewsCategory

WORDS = (
    "信用 信息 公示 修复 异议 守信 失信 主体 名单 激励 惩戒 平台 查询 报告 记录 法人 自然人 归集 目录 承诺 监管 部门 单位"
    " 服务 窗口 市民 社区 超市 图书馆 免押金 红包 诚信 建设 条例 办法 处罚 许可 合同 贷款 金融 机构 企业 融资 教育 培训"
    " 食品 安全 交通 旅游 税务 法院 判决 执行"
).split()
RARE = "嘉定区大数据产融合作"
QUESTIONS = {
    "common": "信用",
    "common, one character": "信",
    "two common": "信用 修复",
    "rare": RARE,
    "nowhere": "区块链茅台",
    "hostile, common pairs": "信用修复信用修复信用修复信用",
    "hostile, many words": " ".join(WORDS)[:64].strip(),
}


def main() -> None:
    options = _options()
    with database() as deps:
        bootstrap.ensure_indexes(deps)
        _fill(deps, options.articles, random.Random(28))
        for name, words in QUESTIONS.items():
            parts = [{"search.whole.folded": {"$regex": part}} for part in words.split()]

            def raw(parts: list[dict[str, dict[str, str]]] = parts) -> object:
                return deps.db[published.COLLECTION].find({"$and": parts}, {"title": 1}, limit=20).to_list()

            def search(words: str = words) -> object:
                return service.listed(deps, q=words, limit=20)

            raw_ms, search_ms = _ms({"raw": raw, "search": search}, options.rounds)
            told = {"question": name, "articles": options.articles, "raw_ms": raw_ms, "search_ms": search_ms}
            print(json.dumps(told), flush=True)


def _ms(ways: dict[str, Callable[[], object]], rounds: int) -> list[float]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            taken[name].append((time.perf_counter() - began) * 1000)
    return [round(median(one), 1) for one in taken.values()]


def _fill(deps: Deps, articles: int, drawn: random.Random) -> None:
    for number in range(articles):
        title = "".join(drawn.choices(WORDS, k=5))
        body = "，".join("".join(drawn.choices(WORDS, k=6)) for _ in range(90))
        if number % 1_000 == 0:
            body += RARE
        at = deps.now() - timedelta(hours=16 * number)
        one = Published(
            f"{number:026}", 1, drawn.choice(list(NewsCategory)), title, None, body[:90], None, None, at, at, body, None, ()
        )  # fmt: skip
        published.put(deps.db, one, rules.searchable(title, one.summary, body))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench news")
    parser.add_argument("--articles", type=int, default=6_600)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
