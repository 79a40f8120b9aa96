"""Every state has words in every language."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nador.assessment import labels
from nador.assessment.rules import (
    Decision,
    GradeState,
    RowFilter,
    RuleKind,
    TraceLine,
    Verdict,
)
from nador.kernel.i18n import LANGUAGES, translator

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import StrEnum

    from nador.kernel.i18n import Translator

TOLD: list[tuple[type[StrEnum], Callable[..., str]]] = [
    (GradeState, labels.grade_state),
    (Decision, labels.decision),
    (Verdict, labels.verdict),
    (RuleKind, labels.rule),
    (RowFilter, labels.row_filter),
]


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Translator:
    return translator(request.param)


@pytest.mark.parametrize(("kind", "say"), TOLD, ids=lambda each: getattr(each, "__name__", ""))
def test_every_state_has_words(
    words: Translator, kind: type[StrEnum], say: Callable[..., str]
) -> None:
    assert all(say(state, words) for state in kind)


def test_every_look_is_one_that_tags_have() -> None:
    looks = {labels.decision_look(each) for each in Decision} | {
        labels.verdict_look(each) for each in Verdict
    }

    assert looks <= {"ok", "bad", "warn", "info", ""}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(
            TraceLine(
                RuleKind.MINIMUM,
                "QCM",
                Decimal("9.5"),
                Decimal(7),
                Verdict.MET,
                weight=Decimal(40),
            ),
            ("Quiz, weight 40", "9.50", "7.00"),
            id="grade",
        ),
        pytest.param(
            TraceLine(RuleKind.MINIMUM, "OLD", None, None, Verdict.MISSING),
            ("OLD", "–", "none"),
            id="assessment that is no more",
        ),
        pytest.param(
            TraceLine(RuleKind.ATTENDANCE, "", Decimal("66.67"), Decimal(75), Verdict.UNMET),
            ("Attendance", "66.7%", "75%"),
            id="attendance",
        ),
        pytest.param(
            TraceLine(RuleKind.GRADES, "", Decimal(1), Decimal(2), Verdict.MISSING),
            ("Grades given", "1", "2"),
            id="grades given",
        ),
        pytest.param(
            TraceLine(RuleKind.RECORDED, "", "Distinction", None, Verdict.MET),
            ("Decision recorded elsewhere", "Distinction", "none"),
            id="recorded",
        ),
    ],
)
def test_a_line_of_a_trace_is_told(line: TraceLine, told: tuple[str, str, str]) -> None:
    words = translator("en")

    assert (
        labels.line_name(line, {"QCM": {"en": "Quiz"}}, words),
        labels.line_value(line, words),
        labels.line_threshold(line, words),
    ) == told
