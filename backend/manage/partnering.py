"""The command that takes a merchant on."""

from argparse import ArgumentParser, Namespace

from backend.common.deps import Deps
from backend.manage.asking import ACTOR, Command
from backend.merchants import rules
from backend.merchants import service as merchants
from backend.merchants.model import Particulars
from schemas.terms import MerchantKind

KINDS = [kind.value for kind in MerchantKind]


def _create_merchant(deps: Deps, asked: Namespace) -> int:
    wanted = Particulars(
        name=asked.merchant_name,
        kinds=tuple(MerchantKind(kind) for kind in asked.kind or [MerchantKind.OTHER.value]),
        rate_per_minute=asked.rate,
        district=asked.district,
        uscc=asked.uscc,
        contact_name=asked.contact_name,
        contact_phone=asked.contact_phone,
    )
    merchant, made = merchants.create_with_key(deps, ACTOR, wanted=wanted, label=asked.key_label)
    print(f"merchant {merchant.id} {merchant.name}\nAPI key (shown once): {made.key}")
    return 0


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("merchant_name", metavar="NAME", help="the name residents see; with the branch")
    parser.add_argument(
        "--kind", action="append", choices=KINDS, metavar="KIND", help=f"may be repeated: {', '.join(KINDS)}"
    )
    parser.add_argument("--uscc", metavar="CODE", help="its unified social credit code")
    parser.add_argument("--district", metavar="D", help="the district, by its code or full name")
    parser.add_argument("--contact-name", metavar="N", help="the person to contact")
    parser.add_argument("--contact-phone", metavar="P", help="their telephone")
    parser.add_argument("--key-label", metavar="L", default="first key", help="what the key is for")
    parser.add_argument(
        "--rate",
        metavar="R",
        type=int,
        default=rules.USUAL_RATE,
        help=f"requests a minute, {rules.LEAST_RATE} to {rules.MOST_RATE} ({rules.USUAL_RATE})",
    )


COMMANDS = (
    Command(
        "create-merchant",
        "take a merchant on and print its API key",
        "Takes a merchant on, active at once, and prints its first API key. The key is shown this once and kept only as a "
        "keyed hash; who loses it revokes it and issues another (docs/operations.md). Two merchants cannot have one name.",
        _create_merchant,
        _arguments,
    ),
)
