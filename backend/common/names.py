"""When two ways to write a name are the same name."""

import re
import unicodedata

# Most names: unified ideographs, which every folding below leaves as they are.
_PLAIN = re.compile("[\u4e00-\u9fa5]+")
# Dots between the parts of a name (阿布都·热合曼), as keyboards and old systems write them, and invisible characters.
_DOTS = frozenset("·•‧∙⋅・･．.⸱ꞏ᛫●")
_SKIPPED = frozenset({"Cf", "Zs", "Cc", "Zl", "Zp"})
# GBK-era systems kept 80 rare characters (䶮 and others) in the private use area, in the order of GB 18030's row FE.
_PRIVATE = dict(
    zip(
        range(0xE815, 0xE865),
        (bytes([0xFE, cell]).decode("gb18030") for cell in range(0x50, 0xA1) if cell != 0x7F),
        strict=True,
    )
)
# Fourteen of them got their code point only after the standard of 2000 (the changes of 2005 and 2022).
_PRIVATE |= {
    0xE816: "\U00020087", 0xE817: "\U00020089", 0xE818: "\U000200cc", 0xE81E: "\u9fb4", 0xE826: "\u9fb5",
    0xE82B: "\u9fb6", 0xE82C: "\u9fb7", 0xE831: "\U000215d7", 0xE832: "\u9fb8", 0xE83B: "\U0002298f",
    0xE843: "\u9fb9", 0xE854: "\u9fba", 0xE855: "\U000241fe", 0xE864: "\u9fbb",
}  # fmt: skip

# What one keyboard writes as an apostrophe, a hyphen or a dot and another otherwise (O’Brien, Jean‐Pierre, 热合曼˙买买提).
_ALIKE = str.maketrans(
    {**dict.fromkeys("’‘ʼ`", "'"), **dict.fromkeys("‐‑‒–—−", "-"), **dict.fromkeys("˙▪", "·")}
)
_SAME = _PRIVATE | _ALIKE


def folded_name(name: str) -> str:
    """The name as it is compared: width, case, spaces, dots between parts, the shape of hyphens and apostrophes, and the coding
    of rare characters aside."""
    if _PLAIN.fullmatch(name):
        return name
    # Twice, because what is left out may stand between a letter and its accent.
    return _folded(_folded(name.translate(_SAME)))


def mentions(text: str, name: str) -> bool:
    """Whether the text carries the name, however either is written."""
    if name in text:
        return True
    # Most texts hold neither end of the name; folding them would cost an import as much as all its other checks.
    if _PLAIN.fullmatch(name) and name[0] not in text and name[-1] not in text:
        return False
    return folded_name(name) in folded_name(text)


def masked(name: str) -> str:
    """A person's first character only."""
    return name[:1] + "*" * max(1, len(name) - 1)


def hidden(text: str, name: str) -> str:
    """The text with the name masked wherever it stands, however it is spaced; asterisks alone where that cannot be told."""
    if not mentions(text, name):
        return text
    letters = (re.escape(letter) for letter in name if letter not in _DOTS and not letter.isspace())
    spaced = rf"[\s{re.escape(''.join(_DOTS))}]*".join(letters)
    shown = re.sub(spaced, masked(name), text, flags=re.IGNORECASE)
    return "***" if mentions(shown, name) else shown


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(
        c for c in plain if c not in _DOTS and unicodedata.category(c) not in _SKIPPED and not _selector(c)
    )


def _selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
