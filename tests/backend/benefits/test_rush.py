"""A rush from several processes, and processes killed between any two writes: never oversold, and nothing leaks."""

import json
import signal
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from backend.benefits import service
from backend.benefits.service import Shown
from backend.common.deps import Deps
from backend.common.documents import to_document
from backend.registry.model import Subject
from schemas.terms import SubjectKind
from tests.backend.benefits import crowd
from tests.backend.benefits.fair import WORKER, Fair
from tests.support import dying, nursery
from tests.support.world import START, Clock

PROCESSES, CLAIMERS, STOCK = 8, 2_000, 500


def people(deps: Deps, number: int) -> None:
    """Residents without records, as far as a claim asks for them."""
    made = [
        Subject(
            f"person-{n}",
            SubjectKind.PERSON,
            b"%d" % n,
            b"",
            None,
            None,
            b"i%d" % n,
            b"",
            "b",
            n,
            START,
            START,
        )
        for n in range(number)
    ]
    deps.db["subjects"].insert_many([to_document(one) for one in made])


def command(fair: Fair, folder: Path, benefit: Shown, *rest: object) -> list[str]:
    settings = fair.deps.settings
    given = [
        dying.named(fair.deps, str(settings.mongodb_uri)),
        settings.mongodb_database,
        folder,
        benefit.id,
        fair.deps.now().isoformat(),
    ]
    return [sys.executable, "-m", "tests.backend.benefits.crowd", *map(str, [*given, *rest])]


def crowds(fair: Fair, folder: Path, benefit: Shown, claimers: int, threads: int = 4) -> Counter[str]:
    """How all fared who claimed from `PROCESSES` processes; every tenth comes from two of them at once."""
    share = claimers // PROCESSES
    parts = [(share * n, min(share * n + share + share // 10, claimers), threads) for n in range(PROCESSES)]

    def run(part: tuple[int, int, int]) -> dict[str, int]:
        done = nursery.run(command(fair, folder, benefit, *part))
        assert done.returncode == 0, done.stderr
        found: dict[str, int] = json.loads(done.stdout)
        return found

    total: Counter[str] = Counter()
    with ThreadPoolExecutor(PROCESSES) as pool:
        for one in pool.map(run, parts):
            total.update(one)
    return total


@pytest.mark.slow
def test_of_two_thousand_in_eight_processes_five_hundred_have_one_each(fair: Fair, tmp_path: Path) -> None:
    people(fair.deps, CLAIMERS)
    benefit = fair.start(stock=STOCK)
    fared = crowds(fair, tmp_path, benefit, CLAIMERS)
    assert fared["claimed"] == STOCK
    assert fared.keys() == {"claimed", "benefits.out_of_stock", "benefits.already_claimed"}
    assert fared.total() == CLAIMERS + CLAIMERS // PROCESSES // 10 * (PROCESSES - 1)
    kept = fair.deps.db["benefit_claims"]
    assert len(kept.distinct("subject_id")) == kept.count_documents({}) == STOCK
    assert len(kept.distinct("unit_id")) == len(kept.distinct("code_mac")) == STOCK
    assert fair.count(benefit) == (0, STOCK, 0)


@pytest.mark.slow
@pytest.mark.parametrize("point", crowd.CLAIM_POINTS)
def test_a_kill_in_the_middle_of_a_claim_loses_no_unit(
    fair: Fair, clock: Clock, tmp_path: Path, point: str
) -> None:
    people(fair.deps, 2)
    benefit = fair.start(stock=1)
    done = nursery.run(command(fair, tmp_path, benefit, 0, 1, 1, point))
    assert done.returncode == (0 if point == "never" else -signal.SIGKILL), done.stderr
    # The server rolls back the transaction of a dead process when it next needs its documents, or after a minute.
    dying.end_sessions(fair.deps)
    committed = point in ("settled", "never")
    figures = service.count(fair.deps, benefit_id=benefit.id)
    assert (figures.live, figures.held, figures.balanced) == (int(committed), int(not committed), True)
    clock.advance(seconds=61)
    told = crowd.fare(fair.deps, benefit.id, 0)
    assert told == "benefits.already_claimed" if committed else "-" in told
    assert crowd.fare(fair.deps, benefit.id, 1) == "benefits.out_of_stock"
    assert fair.count(benefit) == (0, 1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("point", crowd.REDEEM_POINTS)
def test_a_kill_in_the_middle_of_a_redemption_and_the_same_request_again_redeem_it_once(
    fair: Fair, tmp_path: Path, point: str
) -> None:
    shop = fair.shop()
    benefit = fair.start(shop)
    code = fair.claim(benefit).code
    done = nursery.run(command(fair, tmp_path, benefit, 0, 0, 1, point, code, shop.id))
    assert done.returncode == (0 if point == "never" else -signal.SIGKILL), done.stderr
    dying.end_sessions(fair.deps)
    committed = int(point in ("redeemed", "never"))
    assert fair.count(benefit) == (2, 1 - committed, committed)
    receipt = fair.redeem(crowd.till(shop.id), code, "k1")
    if point == "never":
        assert json.loads(done.stdout) == {"receipt_no": receipt.receipt_no}
    assert fair.count(benefit) == (2, 0, 1)
    assert fair.told("benefit_redeemed") == 1


@pytest.mark.slow
def test_claims_and_the_sweep_of_expired_ones_at_once_from_processes_keep_the_balance(
    fair: Fair, clock: Clock, tmp_path: Path
) -> None:
    people(fair.deps, 160)
    shop = fair.shop()
    benefit = fair.start(shop, stock=40, valid_days=1)
    early = [service.claim(fair.deps, crowd.person(n), benefit_id=benefit.id) for n in range(30)]
    clock.set(early[0].expires_at - timedelta(seconds=1))
    slow = [one.code for one in early[:10]]
    redeemed = [fair.redeem(shop, code).receipt_no for code in slow]
    clock.advance(seconds=1)
    with ThreadPoolExecutor(2) as pool:
        sweep = pool.submit(service.end_expired, fair.deps, WORKER)
        fared = crowds(fair, tmp_path, benefit, 160, threads=2)
        assert sweep.result() + service.end_expired(fair.deps, WORKER) <= 20
    service.end_expired(fair.deps, WORKER)
    assert fared["claimed"] == 30
    assert len(set(redeemed)) == 10
    assert fair.count(benefit) == (0, 30, 10)
