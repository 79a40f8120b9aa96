"""Every state has words in every language."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from nador.assessment import labels
from nador.assessment.rules import (
    Decision,
    GradeState,
    Presence,
    RowFilter,
    RuleKind,
    TraceLine,
    Verdict,
)
from nador.catalogue.rules import AttendancePoints
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


def test_points_for_attendance_are_told_with_what_earned_them() -> None:
    given = {"present": Decimal(2), "late": Decimal("1.5"), "absent": Decimal(0)}
    line = TraceLine(
        RuleKind.ATTENDANCE,
        "",
        Decimal("87.5"),
        Decimal(75),
        Verdict.MET,
        tally=Presence(4, 2, 1, 3, late=1, points=AttendancePoints(**given)).tally,
    )

    [note] = labels.line_notes(line, translator("en"))

    assert note.startswith("3.5 of 6 points. Present: 1 × 2 · Late: 1 × 1.5 · ")
    assert note.endswith("Excused absence: 1, not counted · Not marked: 1 × 0")
