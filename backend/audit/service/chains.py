"""How the chains about a subject are called."""

ACTS, LOOKS = "acts:", "looks:"


def acts_of(subject_id: str) -> str:
    return ACTS + subject_id


def looks_of(subject_id: str) -> str:
    return LOOKS + subject_id
