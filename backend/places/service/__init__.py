"""The use cases of the map of trustworthy shops."""

from backend.places.rules.listing import YEARS as YEARS
from backend.places.rules.listing import assessment
from backend.places.service.importing import import_places
from backend.places.service.managing import change, close, create, pause, put_reply, resume
from backend.places.service.reading import clusters, edition, find, search
from backend.places.service.reporting import GATHERED_FOR, forget_reports, queues, report, resolve, tasks
from backend.places.service.staffing import StaffShown, find_for_staff, listed_for_staff

__all__ = [
    "GATHERED_FOR",
    "YEARS",
    "StaffShown",
    "assessment",
    "change",
    "close",
    "clusters",
    "create",
    "edition",
    "find",
    "find_for_staff",
    "forget_reports",
    "import_places",
    "listed_for_staff",
    "pause",
    "put_reply",
    "queues",
    "report",
    "resolve",
    "resume",
    "search",
    "tasks",
]
