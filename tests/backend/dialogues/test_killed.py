"""A process that dies in the middle of an answer: the message comes again, is answered, and nothing was done twice."""

import signal
import subprocess
import sys

import pytest

from backend.benefits.model import Tier
from backend.common.deps import Deps
from backend.dialogues.model import Sort
from backend.reports import service as reports
from tests.backend.benefits.fair import Fair
from tests.backend.dialogues.conftest import say
from tests.backend.objections.town import Town
from tests.support import dying, nursery
from tests.support.conversations import CorePort, Doing
from tests.support.processes import ROOT


def process(deps: Deps, point: str, *texts: str) -> subprocess.Popen[bytes]:
    uri = dying.named(deps, deps.settings.mongodb_uri)
    inputs = [uri, deps.settings.mongodb_database, str(deps.settings.data_dir), point, deps.now().isoformat()]
    return nursery.Popen([sys.executable, "-m", "tests.backend.dialogues.dying", *inputs, *texts], cwd=ROOT)


def killed(deps: Deps, point: str, *texts: str) -> None:
    assert process(deps, point, *texts).wait(100) == -signal.SIGKILL
    dying.end_sessions(deps)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["entered", "linked", "made", "settled"])
def test_a_report_link_asked_for_in_a_process_that_dies_is_one_link_in_the_end(
    town: Town, port: CorePort, point: str
) -> None:
    killed(town.deps, point, "报告")
    (said,) = port.send(Doing(Sort.TEXT, "报告"), "m-1")
    code = (said.buttons[0][0].url or "").rpartition("/")[2]
    assert reports.count_active_links(town.deps, town.resident) == 1
    assert reports.open_link(town.deps, town.resident, code=code)
    made = town.deps.db["report_links"].count_documents({})
    assert made == (2 if point == "made" else 1)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["entered", "claimed", "settled"])
def test_a_benefit_claimed_in_a_process_that_dies_is_claimed_once(
    town: Town, port: CorePort, point: str
) -> None:
    made = Fair(town.deps, town.resident).start(tiers=(Tier(None, 500),))
    value = f"claim:{made.id}"
    killed(town.deps, point, value)
    assert "已领取" in "".join(one.text for one in port.send(Doing(Sort.BUTTON, value), "m-1"))
    assert town.deps.db["benefit_claims"].count_documents({}) == 1


@pytest.mark.slow
def test_what_was_offered_is_known_to_the_next_process(town: Town) -> None:
    killed(town.deps, "settled", "菜单", "资讯")
    assert "还没有资讯" in say(CorePort(town.deps), "2", "m-3")


@pytest.mark.slow
def test_two_processes_lose_no_message_of_one_person(town: Town) -> None:
    """Both bring the same fifteen at the same time, as a channel does that got no answer: each is handled once."""
    texts = ["今天天气真好"] * 15
    both = [process(town.deps, "never", *texts) for _ in range(2)]
    assert [one.wait(100) for one in both] == [0, 0]
    (figures,) = town.deps.db["chat_figures"].find()
    assert figures["missed"] == 15
    (dialogue,) = town.deps.db["chat_dialogues"].find({"queue": []})
    assert len(dialogue["answered"]) == 15
