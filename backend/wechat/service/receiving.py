"""Who is speaking, and what was said: nothing is read before the signature, and nothing is done before the envelope."""

from backend.common.deps import Deps
from backend.common.settings import Settings
from backend.wechat import errors
from backend.wechat.model import Account, Call, Heard
from backend.wechat.rules import reading, sealing, signing, writing
from backend.wechat.service import answering

LONGEST_ECHO = 256


def prove(deps: Deps, call: Call, *, echo: str) -> str:
    """Give back what WeChat sent to see whether this address is the account's; only to somebody who knows the token.

    Raises 404 `wechat.not_set_up`, 403 `wechat.bad_signature`, 403 `wechat.stale`, 422 `wechat.unreadable`.
    """
    admit(deps, call)
    if not (echo.isascii() and echo.isprintable() and len(echo) <= LONGEST_ECHO):
        raise errors.unreadable()
    # The same signature covers a plain message: what proved an address proves nothing after it.
    if not answering.keep_nonce(deps, call):
        raise errors.replayed()
    return echo


def admit(deps: Deps, call: Call) -> None:
    """Refuse a request before its body is read, unless it is signed and from now; raises as `prove`."""
    account = account_of(deps.settings)
    if max(len(call.signature), len(call.timestamp), len(call.nonce)) > signing.LONGEST:
        raise errors.bad_signature()
    if not signing.is_signed(account.token, call.signature, call.timestamp, call.nonce):
        raise errors.bad_signature()
    if not signing.is_current(call.timestamp, deps.now()):
        raise errors.stale()


def hear(deps: Deps, call: Call, body: bytes) -> Heard:
    """The message in the body of an admitted request. Raises 403 `wechat.wrong_mode`, 403 `wechat.bad_signature`, 422
    `wechat.unreadable`."""
    account = account_of(deps.settings)
    sealed = call.sealed and account.takes_sealed
    if not (sealed or account.takes_plain):
        raise errors.wrong_mode()
    try:
        told = reading.message(reading.elements(_opened(account, call, body) if sealed else body))
        return Heard(call, told, reading.incoming(told), sealed)
    except (reading.Unreadable, sealing.NotSealed) as error:
        raise errors.unreadable() from error


def written(deps: Deps, heard: Heard, text: str) -> str:
    """The body of the answer: `success` where there is nothing to say, otherwise a text, sealed as the message was."""
    if not text:
        return writing.SUCCESS
    now, told = int(deps.now().timestamp()), heard.message
    reply = writing.reply(user=told.user, account=told.account, created=now, text=text)
    if not heard.sealed:
        return reply
    account, nonce = account_of(deps.settings), deps.random.randbytes(8).hex()
    salt = deps.random.randbytes(sealing.SALT_BYTES)
    sealed = sealing.seal(_key(account), account.app_id, reply.encode(), salt)
    signed = signing.signature(account.token, str(now), nonce, sealed)
    return writing.envelope(sealed=sealed, signature=signed, timestamp=str(now), nonce=nonce)


def account_of(settings: Settings) -> Account:
    """Raises 404 `wechat.not_set_up` where the settings name none."""
    if settings.wechat_token is None or settings.wechat_app_id is None:
        raise errors.not_set_up()
    mode = settings.wechat_mode
    key = settings.wechat_aes_key
    return Account(
        app_id=settings.wechat_app_id,
        token=settings.wechat_token,
        aes_key=sealing.key_of(key) if key is not None else None,
        takes_plain=mode != "safe",
        takes_sealed=mode != "plain",
    )


def _opened(account: Account, call: Call, body: bytes) -> bytes:
    """Of a body in compatible mode only the envelope is read: what stands plain beside it is nobody's signed word."""
    envelope = reading.elements(body).findtext("Encrypt") or ""
    if not signing.is_signed(account.token, call.msg_signature, call.timestamp, call.nonce, envelope):
        raise errors.bad_signature()
    return sealing.opened(_key(account), account.app_id, envelope)


def _key(account: Account) -> bytes:
    if account.aes_key is None:
        raise errors.wrong_mode()
    return account.aes_key
