"""What a machine lacks, its tests skip, and say so; what `DKDEMO_REQUIRE` names, they must not skip.

``DKDEMO_REQUIRE=browser,mnist pytest`` fails wherever a test with one of these marks would be skipped, so
that a green run on a build machine means that everything ran.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

import pytest

REQUIRED = {mark for mark in os.environ.get("DKDEMO_REQUIRE", "").split(",") if mark}


def _no_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DKDEMO_CHROMIUM") or any(shutil.which(name) for name in names)
    return None if found else "no Chromium on this machine (or name one in DKDEMO_CHROMIUM)"


def _lacks(name: str) -> Callable[[], str | None]:
    def reason() -> str | None:
        from dkdemo import datastore

        return (
            None if name in datastore.present() else f"{name} is not on this machine: python -m dkdemo data get {name}"
        )

    return reason


LACKING: dict[str, Callable[[], str | None]] = {
    "browser": _no_browser,
    "mnist": _lacks("mnist"),
    "cifar10": _lacks("cifar10"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, reason in LACKING.items():
        if item.get_closest_marker(mark) and (why := reason()):
            pytest.skip(why)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser last: Playwright keeps an event loop running in this thread, and asyncio.run wants none."""
    items.sort(key=lambda item: item.path.parent.name == "browser")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = (yield).get_result()
    if report.skipped and any(item.get_closest_marker(mark) for mark in REQUIRED):
        report.outcome = "failed"
        report.longrepr = f"skipped although DKDEMO_REQUIRE={','.join(sorted(REQUIRED))}: {report.longrepr}"
