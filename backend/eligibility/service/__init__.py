"""The use cases of deposit-free services, passes and checks, by verb family."""

from backend.eligibility.service.binding import Bound, bind_check
from backend.eligibility.service.checking import check
from backend.eligibility.service.contesting import (
    answer_contest,
    contest,
    contests,
    find_contest,
    my_contest,
    my_contests,
)
from backend.eligibility.service.forgetting import forget
from backend.eligibility.service.offering import (
    change_service,
    close_service,
    create_service,
    find_service,
    list_services,
    pause_service,
    resume_service,
)
from backend.eligibility.service.passing import (
    code_again,
    drop_unused,
    make_pass,
    my_pass,
    my_passes,
    withdraw_pass,
)
from backend.eligibility.service.reading import my_check, my_checks, own_checks, replay, service, services
from backend.eligibility.service.rippling import Rejudging
from backend.eligibility.service.sweeping import flag_overdue, queues, recompute_clocks, remind_due

__all__ = [
    "Bound",
    "Rejudging",
    "answer_contest",
    "bind_check",
    "change_service",
    "check",
    "close_service",
    "code_again",
    "contest",
    "contests",
    "create_service",
    "drop_unused",
    "find_contest",
    "find_service",
    "flag_overdue",
    "forget",
    "list_services",
    "make_pass",
    "my_check",
    "my_checks",
    "my_contest",
    "my_contests",
    "my_pass",
    "my_passes",
    "own_checks",
    "pause_service",
    "queues",
    "recompute_clocks",
    "remind_due",
    "replay",
    "resume_service",
    "service",
    "services",
    "withdraw_pass",
]
