"""The use cases of deposit-free services, passes and checks, by verb family."""

from backend.eligibility.service.checking import check
from backend.eligibility.service.offering import (
    change_service,
    close_service,
    create_service,
    find_service,
    list_services,
    pause_service,
    resume_service,
)
from backend.eligibility.service.passing import make_pass, my_pass, my_passes, withdraw_pass
from backend.eligibility.service.reading import my_check, my_checks, service, services

__all__ = [
    "change_service",
    "check",
    "close_service",
    "create_service",
    "find_service",
    "list_services",
    "make_pass",
    "my_check",
    "my_checks",
    "my_pass",
    "my_passes",
    "pause_service",
    "resume_service",
    "service",
    "services",
    "withdraw_pass",
]
