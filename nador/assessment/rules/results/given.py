"""What a result was decided from, as it is stored beside it: enough to decide again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from nador.assessment.rules.results.facts import (
    Category,
    Override,
    Overrides,
    PassRules,
    PlanLine,
    Presence,
    Standing,
)
from nador.catalogue.rules import PLAIN, AttendancePoints, DocumentKind, Scale


@dataclass(frozen=True, slots=True)
class Given:
    """Everything that a formula is given about one learner."""

    rules: PassRules
    plan: Sequence[PlanLine]
    standings: Mapping[int, Standing]
    presence: Presence
    overrides: Overrides

    def as_stored(self) -> dict[str, Any]:
        """Write it for the database: decimals as text, nothing that a later version leaves out."""
        rules, presence = self.rules, self.presence
        return {
            "rules": {
                "document": rules.document.value,
                "mark_scale": str(rules.mark_scale),
                "pass_mark": str(rules.pass_mark),
                "min_attendance": rules.min_attendance,
                "mentions": [dict(one) for one in rules.mentions],
                "scale": rules.scale.value,
                "letters": [dict(one) for one in rules.letters],
                "categories": [
                    [one.code, str(one.weight), str(one.minimum), one.drop]
                    for one in rules.categories
                ],
                "compensated": rules.compensated,
            },
            "plan": [
                [
                    line.assessment_id,
                    line.code,
                    str(line.weight),
                    str(line.out_of),
                    str(line.minimum),
                    line.category,
                ]
                for line in self.plan
            ],
            "standings": {
                str(assessment_id): "excused" if one.excused else str(one.value)
                for assessment_id, one in self.standings.items()
                if one.excused or one.value is not None
            },
            "presence": _stored(presence),
            "overrides": {
                code: [str(one.value), one.reason] for code, one in self.overrides.items()
            },
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Given:
        """Read what was written."""
        rules = stored["rules"]
        return cls(
            rules=PassRules(
                document=DocumentKind(rules["document"]),
                mark_scale=Decimal(rules["mark_scale"]),
                pass_mark=Decimal(rules["pass_mark"]),
                min_attendance=rules["min_attendance"],
                mentions=rules["mentions"],
                scale=Scale(rules["scale"]),
                letters=rules["letters"],
                categories=tuple(
                    Category(code, Decimal(weight), Decimal(minimum), drop)
                    for code, weight, minimum, drop in rules["categories"]
                ),
                compensated=rules["compensated"],
            ),
            plan=[
                PlanLine(number, code, Decimal(weight), Decimal(out_of), Decimal(least), category)
                for number, code, weight, out_of, least, category in stored["plan"]
            ],
            standings={
                int(number): Standing(excused=True)
                if said == "excused"
                else Standing(Decimal(said))
                for number, said in stored["standings"].items()
            },
            presence=_presence(*stored["presence"]),
            overrides={
                code: Override(Decimal(value), reason)
                for code, (value, reason) in stored["overrides"].items()
            },
        )


def _stored(presence: Presence) -> list[Any]:
    """Write a presence; one without points is written as ever."""
    counts = [presence.held, presence.attended, presence.excused, presence.marked]
    if presence.points == PLAIN:
        return counts
    said = {
        status: None if points is None else str(points)
        for status, points in asdict(presence.points).items()
    }
    return [*counts, presence.late, said]


def _presence(
    held: int,
    attended: int,
    excused: int,
    marked: int,
    late: int = 0,
    points: Mapping[str, Any] | None = None,
) -> Presence:
    """Read a presence; one that says nothing of points is a plain one."""
    if points is None:
        return Presence(held, attended, excused, marked)
    given = AttendancePoints(
        present=Decimal(points["present"]),
        late=Decimal(points["late"]),
        excused=None if points["excused"] is None else Decimal(points["excused"]),
        absent=Decimal(points["absent"]),
    )
    return Presence(held, attended, excused, marked, late, given)
