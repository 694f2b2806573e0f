"""What a test worker tells the controller of a test: how it ended, and whatever went wrong before or after it.

xdist also sends that a test began, and that setting it up and taking it down went well: half of all it sends, which the
controller reads, weighs and shows nothing of.
"""

import os
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Nothing changes where these are wanted: for durations, a report as XML, or the name of each test as it begins."""
    option = config.option
    if "PYTEST_XDIST_WORKER" not in os.environ or option.durations or option.xmlpath or option.verbose > 0:
        return
    found = [one for one in config.pluginmanager.get_plugins() if type(one).__name__ == "WorkerInteractor"]
    for interactor in found:
        config.pluginmanager.unregister(interactor)
        interactor.__class__ = _sparing(type(interactor))
        config.pluginmanager.register(interactor)


def _sparing(interactor: type[Any]) -> type[Any]:
    class Sparing(interactor):  # type: ignore[misc]  # a class that xdist makes in each worker
        def pytest_runtest_logstart(self) -> None:
            pass

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call" or not report.passed:
                super().pytest_runtest_logreport(report)

    return Sparing
