"""The use cases of the registry, by verb family."""

from backend.registry.service.finding import (
    districts_of,
    find,
    find_by_number,
    name_of,
    number_of,
    one_reading,
    open_words,
    phone_of,
    seal_words,
    words_of,
)
from backend.registry.service.handing_in import (
    Hasher,
    change,
    known,
    linking_key,
    made,
    matched,
    put_new,
    register,
    same,
)
from backend.registry.service.keeping_faces import digest_of, erase_face, knows_face, save_face, template_of

__all__ = [
    "Hasher",
    "change",
    "digest_of",
    "districts_of",
    "erase_face",
    "find",
    "find_by_number",
    "known",
    "knows_face",
    "linking_key",
    "made",
    "matched",
    "name_of",
    "number_of",
    "one_reading",
    "open_words",
    "phone_of",
    "put_new",
    "register",
    "same",
    "save_face",
    "seal_words",
    "template_of",
    "words_of",
]
