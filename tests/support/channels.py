"""WeChat's message API and a gateway of app pushes or text messages: real HTTP on loopback, with the faults of the real ones."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

Reply = tuple[int, dict[str, Any], dict[str, str]]


class Served:
    """A JSON server on loopback; use as a context manager. `asked` holds every request: path, headers, body."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"served": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Reply:
        raise NotImplementedError


class WeChatApi(Served):
    """`stable_token`, template messages and temporary QR codes. A token ends when `end_tokens` is called; `codes` gives an openid
    the error code that WeChat would answer with; `messages` are those it took, a `client_msg_id` once. `scenes` are the QR
    codes that it gave out, by what they hold, with their seconds; `qr_fault` is what it answers to the next ones instead."""

    APP, SECRET, TEMPLATE = "wx-test", "test-secret", "template-1"

    def __init__(self) -> None:
        super().__init__()
        self.tokens = 0
        self.codes: dict[str, int] = {}
        self.messages: list[dict[str, Any]] = []
        self.scenes: dict[str, tuple[str, int]] = {}
        self.qr_fault: dict[str, Any] | None = None
        self._known: set[str] = set()
        self._token: str | None = None

    def end_tokens(self) -> None:
        with self.lock:
            self._token = None

    def reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Reply:
        with self.lock:
            if path == "/cgi-bin/stable_token":
                return self._give_token(body)
            where, _, token = path.partition("?access_token=")
            if where == "/cgi-bin/qrcode/create":
                return self._give_qr_code(body, token)
            assert where == "/cgi-bin/message/template/send"
            code = 40001 if token != self._token else self._code(body)
            if code:
                return 200, {"errcode": code, "errmsg": "refused"}, {}
            if body["client_msg_id"] not in self._known:
                self._known.add(body["client_msg_id"])
                self.messages.append(body)
            return 200, {"errcode": 0, "errmsg": "ok", "msgid": 9000 + len(self.messages)}, {}

    def _give_token(self, body: dict[str, Any]) -> Reply:
        if (body["appid"], body["secret"]) != (self.APP, self.SECRET):
            return 200, {"errcode": 40125, "errmsg": "invalid appsecret"}, {}
        if self._token is None:
            self.tokens += 1
            self._token = f"token-{self.tokens}"
        return 200, {"access_token": self._token, "expires_in": 7200}, {}

    def _give_qr_code(self, body: dict[str, Any], token: str) -> Reply:
        if token != self._token:
            return 200, {"errcode": 42001, "errmsg": "access_token expired"}, {}
        if self.qr_fault is not None:
            return 200, self.qr_fault, {}
        scene, lasts_s = body["action_info"]["scene"]["scene_str"], body["expire_seconds"]
        right = body["action_name"] == "QR_STR_SCENE" and 1 <= len(scene) <= 64
        if not (right and 60 <= lasts_s <= 2_592_000):
            return 200, {"errcode": 40097, "errmsg": "invalid args"}, {}
        url = f"http://weixin.qq.com/q/{len(self.scenes):012}AbCdEf"
        self.scenes[url] = (scene, lasts_s)
        return 200, {"ticket": f"gQ-{len(self.scenes)}", "expire_seconds": lasts_s, "url": url}, {}

    def _code(self, body: dict[str, Any]) -> int:
        if body["template_id"] != self.TEMPLATE:
            return 40037
        return self.codes.get(body["touser"], 0)


class Gateway(Served):
    """A gateway of pushes or text messages. It drops a second message of the same id; `statuses` gives an address the status
    that it is answered with."""

    KEY = "gateway-key"

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, int] = {}
        self.messages: list[dict[str, Any]] = []
        self.repeats: Counter[str] = Counter()

    def reply(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Reply:
        if headers.get("Authorization") != f"Bearer {self.KEY}":
            return 401, {}, {}
        status = self.statuses.get(body["to"], 200)
        if status != 200:
            return status, {}, {"Retry-After": "7"}
        with self.lock:
            number = headers.get("Idempotency-Key")
            if number is not None and number in {one.get("id") for one in self.messages}:
                self.repeats[number] += 1
            else:
                self.messages.append(body)
        return 200, {"receipt": f"receipt-{number}"}, {}


class _Handler(BaseHTTPRequestHandler):
    served: ClassVar[Served]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        headers = dict(self.headers.items())
        self.served.asked.append((self.path, headers, body))
        status, told, more = self.served.reply(self.path, headers, body)
        encoded = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **more}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Quiet: the tests read `asked`."""
