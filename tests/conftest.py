"""The places that tests read from and the servers that they ask for."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import hypothesis
import pytest
from django.conf import settings

from tests import postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["tests.cast", "tests.browsing", "tests.fading", "tests.shop", "tests.upgrading"]

# A test that makes its own cases asks `hypothesis.settings.get_current_profile_name()`.
hypothesis.settings.register_profile("short", deadline=None, max_examples=100)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2_000)

SHARED = Path(os.environ.get("TROTH_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture
def shared() -> Path:
    """Return the folder of real data sets, or skip where a checkout stands without it."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not here; set TROTH_SHARED")
    return SHARED / "data"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a PostgreSQL server for this run; its address is what TROTH_DATABASE_URL takes."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.cluster() as url:
        yield url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long suite as well")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        _give_time(items)
        return
    skip = pytest.mark.skip(reason="part of the long suite: bin/test --long")
    for item in items:
        if "long" in item.keywords:
            item.add_marker(skip)


def _give_time(items: list[pytest.Item]) -> None:
    """Let a thousand histories take their time: the usual limit ends only what hangs."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(3_600))


@pytest.fixture
def database_url(db: None) -> str:
    """Return the address of this run's test database, for child processes (TROTH_DATABASE_URL)."""
    setting = settings.DATABASES["default"]
    if "sqlite" in setting["ENGINE"]:
        return f"sqlite:///{quote(str(setting['NAME']))}"
    return (
        f"postgresql://{setting['USER']}@/{setting['NAME']}?host={quote(setting['HOST'], safe='')}"
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Return the installed Chromium, driven by Playwright, for tests marked `browser`."""
    from playwright.sync_api import sync_playwright  # slow to import, and few tests need it

    from tests.patience import wait_for_documents

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    # Playwright keeps an event loop in this thread; Django would refuse its database there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        wait_for_documents(patch)
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
