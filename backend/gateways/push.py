"""The gateway of app pushes: one service of the city's that knows the phone makers' own ones, or a file in demonstrations."""

from pathlib import Path

from backend.gateways import lines
from backend.gateways.carrying import Handover, Message, Verdict
from backend.gateways.posting import NoAnswer, NotReached, Poster, seconds

PAUSED_S = 30.0


class HttpPush:
    """`to` is a device token. A JSON POST with a bearer key; the gateway drops a second message of the same `id`."""

    def __init__(self, url: str, key: str) -> None:
        self._poster = Poster(url)
        self._headers = {"Authorization": f"Bearer {key}"}

    def carry(self, to: str, message: Message) -> Handover:
        told = {"id": message.id, "to": to, "title": message.title, "body": message.body, "url": message.url}
        try:
            answer = self._poster.post("", told, self._headers | {"Idempotency-Key": message.id})
        except NotReached:
            return Handover(Verdict.AWAY, "unreachable")
        except NoAnswer:
            return Handover(Verdict.UNKNOWN, "no_answer")
        if 200 <= answer.status < 300:
            receipt = answer.told.get("receipt")
            return Handover(Verdict.TAKEN, receipt=receipt if isinstance(receipt, str) else None)
        if answer.status in (404, 410):
            return Handover(Verdict.GONE, "device_gone")
        if answer.status == 429:
            return Handover(Verdict.PACED, "too_many", wait_s=seconds(answer.retry_after, 5.0))
        if answer.status in (401, 403):
            return Handover(Verdict.AWAY, "wrong_key", wait_s=PAUSED_S)
        if 400 <= answer.status < 500:
            return Handover(Verdict.REFUSED, "refused")
        return Handover(Verdict.AWAY, "server_fault")

    def close(self) -> None:
        self._poster.close()


class FilePush:
    """One JSON object a line in `DATA_DIR/outbox/app_push.jsonl`; whole lines even from several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def carry(self, to: str, message: Message) -> Handover:
        told = {"id": message.id, "to": to, "title": message.title, "body": message.body, "url": message.url}
        try:
            lines.append(self._path, told)
        except OSError:
            return Handover(Verdict.AWAY, "unreachable")
        return Handover(Verdict.TAKEN, receipt=message.id)

    def close(self) -> None:
        """Nothing is kept open."""
