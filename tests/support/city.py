"""The whole service as `make run` starts it, and a phone to use it with: real processes, real HTTP, a real outbox."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from schemas.faces import FaceStep
from tests.support import nursery
from tests.support.face import acted, five, steps_of
from tests.support.processes import ROOT

PYTHON = Path(sys.executable)
CLERK = "chen.jing"
"""Who sits at the counter of the demonstration."""


class City:
    """One `make run` of its own over `data`; a context manager that ends all of it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.env = kept | {"DATA_DIR": str(data), "PORT": str(self.port), "LIMIT_PER_ADDRESS": "0"} | settings

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.on_exit = ExitStack()
        self.data.mkdir(parents=True, exist_ok=True)
        self._output = (self.data / "run.txt").open("ab")
        self.run = subprocess.Popen(
            [PYTHON, "-m", "backend.local", "run"],
            cwd=ROOT,
            env=self.env,
            stdout=self._output,
            stderr=self._output,
        )
        try:
            self._wait_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.on_exit.close()
        if self.run.poll() is None:
            self.run.send_signal(signal.SIGTERM)
            self.run.wait(60)
        self._output.close()

    def said(self) -> str:
        return (self.data / "run.txt").read_text()

    def manage(self, *args: str) -> str:
        """A command of `backend.manage` beside the running service; its output."""
        done = nursery.run([sys.executable, "-m", "backend.manage", *args], env=self.env, within_s=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def mongodb_uri(self) -> str:
        """Where the embedded database of this run listens."""
        return (self.data / "run" / "mongodb_uri").read_text().strip()

    def account(self, username: str) -> dict[str, Any]:
        """Somebody of the staff or a merchant's clerk, as the run wrote them down."""
        return next(one for one in self.accounts() if one["username"] == username)

    def accounts(self) -> list[dict[str, Any]]:
        """Everybody of the demonstration, with what they sign in with."""
        told: list[dict[str, Any]] = json.loads((self.data / "demo" / "accounts.json").read_text())
        return told

    def window_code(self, number: str) -> str:
        """A code as the counter's clerk hands it out."""
        clerk = self.account(CLERK)
        given = {"username": CLERK, "password": clerk["password"]}
        with httpx.Client(base_url=f"{self.site}/api/v1", timeout=60) as client:
            # Anew each time: many tests share the service, for longer than a token lasts.
            signed_in = client.post("/auth/staff-sessions", json=given)
            assert signed_in.status_code == 201, signed_in.text
            client.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
            answer = client.post("/staff/window-codes", json={"id_number": number})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])

    def pid_of(self, name: str) -> int:
        """The process of this run whose command line has `name` in it (`backend.face`, `backend.app`, `mongod`)."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
                environ = (entry / "environ").read_bytes()
            except OSError:
                continue
            if any(name.encode() in word for word in command) and str(self.data).encode() in environ:
                return int(entry.name)
        raise AssertionError(f"{name} does not run")

    def code_for(self, phone: str) -> str:
        """The newest sign-in code sent to this phone."""
        lines = (self.data / "outbox" / "sms.jsonl").read_text().splitlines()
        found = [message["code"] for message in map(json.loads, lines) if message["to"].endswith(phone)]
        assert found, f"nothing was sent to {phone}"
        return str(found[-1])

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + 240
        with httpx.Client(timeout=2) as client:  # one, for each loads the certificates of all authorities
            while time.monotonic() < deadline:
                assert self.run.poll() is None, self.said()
                try:
                    if client.get(f"{self.site}/readyz").status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.1)
        raise AssertionError(self.said())


class Phone:
    """A resident's phone: signs in with the code from the outbox and keeps its newest token."""

    def __init__(self, city: City, number: str) -> None:
        self._city = city
        self.number = number
        self.site = city.site
        self.http = httpx.Client(base_url=city.site, timeout=60)
        city.on_exit.callback(self.http.close)
        self.token: str | None = None

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> httpx.Response:
        url = path if path.startswith("/verify/") else f"/api/v1{path}"
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.request(method, url, headers={**own, **(headers or {})}, **kwargs)

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.call("POST", path, **kwargs)

    def sign_in(self) -> None:
        assert self.post("/auth/codes", json={"phone": self.number}).status_code == 202
        answer = self.post(
            "/auth/sessions", json={"phone": self.number, "code": self._city.code_for(self.number)}
        )
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["access_token"]

    def bind(self, name: str, id_number: str) -> httpx.Response:
        return self.call("PUT", "/me/identity", json={"name": name, "id_number": id_number})

    def consent(self) -> httpx.Response:
        notices = self.get("/consent-notices").json()
        version = _version_of(notices)
        return self.post("/me/consents", json={"purpose": "face_verification", "notice_version": version})

    def challenge(self) -> dict[str, Any]:
        answer = self.post("/me/face-challenges")
        assert answer.status_code == 201, answer.text
        challenge: dict[str, Any] = answer.json()
        return challenge

    def show_face(self, photograph: str) -> httpx.Response:
        """Follow a new challenge with the face on this photograph, in as few frames as the page of the site sends."""
        challenge = self.challenge()
        actions = actions_of(challenge)
        return self.answer(challenge, five(acted(photograph, actions)), five(steps_of(actions)))

    def answer(
        self, challenge: Mapping[str, Any], frames: Sequence[bytes], steps: Sequence[str]
    ) -> httpx.Response:
        """Send the frames; a pass gives a new token, which this phone keeps."""
        files = [("frames", (f"{place}.jpg", frame, "image/jpeg")) for place, frame in enumerate(frames)]
        form = {"nonce": challenge["nonce"], "steps": json.dumps(list(steps))}
        answer = self.post(f"/me/face-challenges/{challenge['id']}/frames", data=form, files=files)
        if answer.status_code == 200 and answer.json()["passed"]:
            self.token = answer.json()["access_token"]
        return answer


def actions_of(challenge: Mapping[str, Any]) -> tuple[FaceStep, ...]:
    """What a challenge asks for, in its order."""
    return tuple(FaceStep(action) for action in challenge["actions"])


def _version_of(notices: Any) -> str:
    items = notices["items"] if isinstance(notices, dict) and "items" in notices else notices
    found = next(
        one
        for one in (items if isinstance(items, list) else [items])
        if one["purpose"] == "face_verification"
    )
    return str(found["version"])
