"""What the head of a JPEG says of how it has to be decoded, for every process that reads pictures of strangers."""

_SOF, _SOS = frozenset({0xC0, 0xC1}), 0xDA
"""Baseline and extended sequential by Huffman: the frames of which a decoder may hold a row of blocks at a time."""
_BESIDE = frozenset({0xC4, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Tables, restart intervals, comments and what programs add (ITU-T T.81, B.2.4)."""
MOST_SCANS = 32
"""A progressive picture has some ten. Each is a walk over the whole of it, and ten bytes suffice for one."""


def is_read_in_rows(content: bytes) -> bool:
    """Whether the decoder can shrink it while it reads, and holds no more than a row of blocks of what there is.

    That takes a sequential frame whose first scan brings all its components: with several scans, in progressive frames and
    under arithmetic coding it has to keep the coefficients of the whole picture, or takes many times as long. A head that is
    not plain is answered with no.
    """
    components, at = 0, 2
    while content[at : at + 1] == b"\xff":
        marker, data = content[at + 1 : at + 2], content[at + 4 : at + 10]
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == b"\xff":
            at += 1
            continue
        if length < 2 or len(data) < 6:
            return False
        if marker[0] == _SOS:
            return 0 < components == data[0]
        if marker[0] in _SOF:
            components = data[5]
        elif marker[0] not in _BESIDE:
            return False
        at += 2 + length
    return False


def has_endless_scans(content: bytes) -> bool:
    """Whether it is a JPEG that has to be held whole and is gone over again and again while it is decoded."""
    if not content.startswith(b"\xff\xd8") or is_read_in_rows(content):
        return False
    return content.count(bytes((0xFF, _SOS))) > MOST_SCANS
