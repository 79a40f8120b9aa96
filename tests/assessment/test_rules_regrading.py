"""A report of what grading again would change is told from every other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from nador.assessment.rules.regrading import AnswerChange, Regrade, report_fingerprint

ANSWER = AnswerChange(
    answer_id=7,
    position=1,
    version_id=3,
    points=Decimal(4),
    before=Fraction(1),
    after=Fraction(1, 3),
)
ATTEMPT = Regrade(5, 11, "Salma Bouziane", None, Decimal(20), Decimal(10), [ANSWER])


@pytest.mark.parametrize(
    "other",
    [
        replace(ANSWER, answer_id=8),
        replace(ANSWER, version_id=4),
        replace(ANSWER, before=Fraction(1, 2)),
        replace(ANSWER, before=None),
        replace(ANSWER, after=Fraction(1, 2)),
        replace(ANSWER, after=None),
    ],
    ids=str,
)
def test_every_change_of_an_answer_tells(other: AnswerChange) -> None:
    assert seen(replace(ATTEMPT, changes=[other])) != seen(ATTEMPT)


@pytest.mark.parametrize(
    "other",
    [
        replace(ATTEMPT, before=None),
        replace(ATTEMPT, before=Decimal(19)),
        replace(ATTEMPT, after=Decimal(11)),
        replace(ATTEMPT, after=None),
    ],
    ids=str,
)
def test_every_change_of_a_mark_tells(other: Regrade) -> None:
    assert seen(other) != seen(ATTEMPT)


def test_names_and_the_order_of_learners_do_not() -> None:
    second = replace(ATTEMPT, attempt_id=6, changes=[replace(ANSWER, answer_id=9)])

    assert seen(replace(ATTEMPT, latin="Salma B.")) == seen(ATTEMPT)
    assert seen(ATTEMPT, second) == seen(second, ATTEMPT)
    assert seen(ATTEMPT, second) != seen(ATTEMPT)
    assert seen() != seen(ATTEMPT)


def test_points_are_those_of_the_answers_that_change() -> None:
    other = replace(ANSWER, answer_id=8, points=Decimal("0.5"), before=Fraction(0))
    both = replace(ATTEMPT, changes=[ANSWER, other])

    assert (both.points_before, both.points_after) == (Decimal(4), Decimal("1.50"))
    for_a_person = replace(ATTEMPT, changes=[ANSWER, replace(other, after=None)])
    assert (for_a_person.points_before, for_a_person.points_after) == (Decimal(4), None)


def seen(*report: Regrade) -> str:
    return report_fingerprint(report)
