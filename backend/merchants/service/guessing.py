"""Codes that customers show, of passes and of red packets: a merchant that shows too many wrong ones is locked.

All its keys and clerks are counted together, for both kinds of code, whatever was wrong with it; a right code costs nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from backend.common.actor import Actor
from backend.common.deps import Deps
from backend.common.errors import ServiceError
from backend.limits import service as limits
from backend.limits.service import Limit

LOCKED_FOR = timedelta(minutes=15)
WRONG_OF_MERCHANT = Limit(60, timedelta(minutes=10), cool_down=LOCKED_FOR)
WRONG_AT_ADDRESS = ("merchants.codes.address", Limit(120, timedelta(minutes=10), cool_down=LOCKED_FOR))
"""For somebody with the keys of several merchants; a whole shopping street may be behind one address."""


@contextmanager
def one_code(
    deps: Deps,
    actor: Actor,
    *,
    wrong: str,
    refusal: Callable[[int], ServiceError],
    address: str | None = None,
) -> Iterator[None]:
    """The look-up of one code that a customer has shown; it counts if it ends in the refusal with the reason `wrong`.

    Of the merchant no more than 60 in ten minutes can, however many it sends at once; the last of them locks it for a quarter of
    an hour. `refusal` makes the 429 from the seconds to wait.
    """
    at_address = limits.by_address(deps, address, WRONG_AT_ADDRESS)
    for name, who, limit in at_address:
        standing = limits.peek(deps, name, who, limit=limit)
        if not standing.granted:
            raise refusal(standing.retry_after)
    of_merchant = ("merchants.codes", actor.id, WRONG_OF_MERCHANT)
    with limits.wrong_only(deps, of_merchant, wrong=wrong, refusal=refusal):
        try:
            yield
        except ServiceError as error:
            if error.reason == wrong:
                for name, who, limit in at_address:
                    limits.take(deps, name, who, limit=limit)
            raise
