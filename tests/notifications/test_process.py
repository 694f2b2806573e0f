"""The worker as a real process on the real database, and without one."""

from pathlib import Path

from backend.common.deps import Deps
from backend.notices import service as notices
from notifications.schedule import JOBS
from schemas.notices import NoticeKind
from tests.support.processes import Process
from tests.support.waiting import until


def environment(deps: Deps) -> dict[str, str]:
    return {
        "APP_ENV": "test",
        "MONGODB_URI": deps.settings.mongodb_uri or "",
        "MONGODB_DATABASE": deps.settings.mongodb_database,
        "DATA_DIR": str(deps.settings.data_dir),
    }


def test_it_starts_empties_the_outbox_and_ends_on_request(deps: Deps) -> None:
    notices.send(deps, "anna", NoticeKind.IDENTITY_BOUND)
    with Process("notifications", env=environment(deps)) as worker:
        started = worker.wait_for_event("worker.started")
        assert started["channels"] == ["sms", "app_push"]
        assert "audit.seal_log" in started["jobs"]
        worker.wait_for_event("worker.waiting")
        until(lambda: notices.waiting(deps) == 0, worker)
        assert worker.end() == 0
        assert worker.wait_for_event("worker.ended")
    assert deps.db["job_turns"].count_documents({"ended_at": {"$type": "date"}, "lease": None}) == len(JOBS)


def test_without_a_database_it_waits_and_ends_on_request(tmp_path: Path) -> None:
    env = {
        "APP_ENV": "test",
        "MONGODB_URI": "mongodb://127.0.0.1:9/?replicaSet=none",
        "DATA_DIR": str(tmp_path),
    }
    with Process("notifications", env=env) as worker:
        worker.wait_for_event("worker.database_away")
        assert worker.end() == 0


def test_production_without_its_settings_lists_all_that_is_missing() -> None:
    with Process("notifications", env={"APP_ENV": "production"}) as worker:
        assert worker.wait() == 2
    said = "\n".join(worker.lines)
    for name in ("MONGODB_URI", "FIELD_MASTER_KEY", "TOKEN_KEYS", "PUBLIC_URL", "SMS_GATEWAY"):
        assert name in said
