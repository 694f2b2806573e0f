"""Sending the code that a phone signs in with.

Nothing here asks whether the phone has an account, so nothing in the answer or its time can tell.
"""

from datetime import timedelta

from backend.accounts import errors, rules, store
from backend.accounts.model import CodeSent, PhoneCode
from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.limits import service as limits
from backend.limits.service import Charge, Limit

PURPOSE = "phone-codes"
# Codes that were asked for and not used: a used one is given back, since only the phone's holder can use it. With five
# attempts a code, whoever guesses has 50 of a million chances a day.
PER_PHONE = (
    ("accounts.code.minute", Limit(1, timedelta(minutes=1))),
    ("accounts.code.hour", Limit(5, timedelta(hours=1))),
    ("accounts.code.day", Limit(10, timedelta(days=1))),
)
# A whole office or mobile network shares an address; this bounds the bill for messages and a sweep through phones.
PER_ADDRESS = (
    ("accounts.code.address.minutes", Limit(100, timedelta(minutes=10))),
    ("accounts.code.address.day", Limit(500, timedelta(days=1))),
)
MESSAGE = (
    "【上海公共信用】登录验证码 {code}，{minutes} 分钟内有效，只能使用一次。"
    "切勿告诉任何人，工作人员不会向您索要；如非本人操作，请忽略本短信。"
)
SENT = CodeSent(int(rules.CODE_LIVES.total_seconds()), int(PER_PHONE[0][1].window.total_seconds()))


def request_code(
    deps: Deps,
    actor: Actor,  # noqa: ARG001  every use case has this head; here nobody is signed in yet
    *,
    phone: str,
    address: str | None = None,
) -> CodeSent:
    """Send a fresh code to a phone; an earlier one stops working. The same for every phone.

    Raises 422 `accounts.invalid_phone`, 429 `limits.too_many`, and 503 when the message could not be handed over, which
    then costs nothing.
    """
    e164 = read_phone(phone)
    charges = [*per_phone(e164), *limits.by_address(deps, address, *PER_ADDRESS)]
    limits.spend_all(deps, charges)
    digits = rules.code(deps.random.randrange(rules.CODES))
    secret = deps.sealer.derive(PURPOSE)
    kept = PhoneCode(
        id=rules.phone_mac(secret, e164),
        code_mac=rules.code_mac(secret, e164, digits),
        expires_at=deps.now() + rules.CODE_LIVES,
        attempts_left=rules.CODE_ATTEMPTS,
    )
    try:
        store.put_code(deps.db, kept)
        minutes = SENT.expires_in // 60
        deps.sms.send(to=e164, text=MESSAGE.format(code=digits, minutes=minutes), code=digits)
    except Exception:
        limits.give_back_all(deps, charges)
        store.claim_code(deps.db, kept)
        raise
    return SENT


def read_phone(text: str) -> str:
    """The phone in E.164; raises `accounts.invalid_phone`."""
    found = rules.phone(text)
    if found is None:
        raise errors.invalid_phone()
    return found


def per_phone(e164: str) -> list[Charge]:
    return [(name, e164, limit) for name, limit in PER_PHONE]
