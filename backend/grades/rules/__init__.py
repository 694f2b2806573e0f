"""Pure decisions about grades: reading a rule set, refusing one that contradicts itself, and working a grade out."""

from backend.grades.rules.checking import check
from backend.grades.rules.grading import BASE, NO_RECORD, fact_of, grade, is_decisive, sorted_out
from backend.grades.rules.reading import RuleFault, read

__all__ = [
    "BASE",
    "NO_RECORD",
    "RuleFault",
    "check",
    "fact_of",
    "grade",
    "is_decisive",
    "read",
    "sorted_out",
]
