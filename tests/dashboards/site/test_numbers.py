"""The five numbers of a page: what each is a share of."""

import pytest

from dashboards.site.numbers import _of_all


@pytest.mark.parametrize(
    ("phases", "said"),
    [
        ({"early": 1, "lead-up": 2, "week": 5, "after": 0}, "of 8 in all phases"),
        ({"early": None, "lead-up": 2, "week": 5, "after": 0}, "what came before or after it is not known"),
    ],
)
def test_a_phase_that_is_not_known_is_not_taken_for_nothing(phases: dict[str, int | None], said: str) -> None:
    assert _of_all(phases) == said
