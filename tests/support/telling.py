"""What a test worker tells the controller of a test: how it ended, and whatever went wrong before or after it.

xdist also sends that a test began, that setting it up and taking it down went well, and that it is over: two thirds of all it
sends, which the controller reads, weighs and shows nothing of. And each worker weighs every report for a screen that it has not.
"""

import os
from typing import Any

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Nothing changes where these are wanted: for durations, a report as XML, or the name of each test as it begins."""
    option = config.option
    if "PYTEST_XDIST_WORKER" not in os.environ or option.durations or option.xmlpath or option.verbose > 0:
        return
    plugins = config.pluginmanager
    for one in plugins.get_plugins():
        for name, spared in {"WorkerInteractor": _sparing, "TerminalReporter": _blind}.items():
            if type(one).__name__ == name:
                known_as = plugins.get_name(one)
                plugins.unregister(one)
                one.__class__ = spared(type(one))
                plugins.register(one, known_as)


def _sparing(interactor: type[Any]) -> type[Any]:
    class Sparing(interactor):  # type: ignore[misc]  # a class that xdist makes in each worker
        def pytest_runtest_logstart(self) -> None:
            pass

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.when == "call" or not report.passed:
                super().pytest_runtest_logreport(report)

        def pytest_runtest_logfinish(self) -> None:
            pass

    return Sparing


def _blind(reporter: type[Any]) -> type[Any]:
    class Blind(reporter):  # type: ignore[misc]  # pytest's, which may not be named outside of it
        def pytest_runtest_logstart(self) -> None:
            pass

        def pytest_runtest_logreport(self) -> None:
            pass

    return Blind
