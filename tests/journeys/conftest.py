"""Journeys run in a real browser, against a demo that runs (`--base-url`) or one of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.centre import demo_centre
from tests.journeys.visitors import Reception

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys: the first start of their demo takes longer than any other test may."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def base_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the demo: the one that was named, or one that starts now."""
    named: str | None = request.config.getoption("base_url")
    if named:
        yield named.rstrip("/")
        return
    with demo_centre(tmp_path_factory.mktemp("centre")) as url:
        yield url


@pytest.fixture(scope="session")
def _reception(browser: Browser, base_url: str) -> Reception:
    return Reception(browser, base_url)


@pytest.fixture
def visit(_reception: Reception) -> Iterator[Reception]:
    """Opens a browser for a visitor: `visit("registrar", lang="ar", javascript=False)`."""
    yield _reception
    _reception.close()
