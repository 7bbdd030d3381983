"""Real servers for the tests that are marked `realserver`. Whether one is installed is asked in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.wordpress import WordPress


@pytest.fixture(scope="session")
def wordpress_of_the_session() -> Iterator[WordPress]:
    with WordPress() as wordpress:
        yield wordpress


@pytest.fixture
def wordpress(wordpress_of_the_session: WordPress) -> WordPress:
    """A running WordPress (`WordPress`), the same for all tests: what an earlier test wrote is still there."""
    wordpress_of_the_session.start()
    return wordpress_of_the_session
