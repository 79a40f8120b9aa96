"""Sharing out the pieces of work among markers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nador.assessment.rules.marking.refusals import AllotmentUnfit
from nador.assessment.rules.marking.states import MarkRole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Lot:
    """Who marks whose work, in which role."""

    enrolment_id: int
    role: MarkRole
    marker_id: int


def allot(
    work: Mapping[int, int],
    markers: Sequence[int],
    *,
    role: MarkRole,
    kept: Iterable[Lot] = (),
) -> list[Lot]:
    """Share out what has no marker in this role yet, evenly over all that each has already.

    `work`: the learner behind each enrolment; nobody gets their own, nor the same work twice.
    Raises AllotmentUnfit where nobody is left.
    """
    kept = list(kept)
    load = Counter(dict.fromkeys(markers, 0))
    load.update(each.marker_id for each in kept if each.role is role and each.marker_id in load)
    done = {each.enrolment_id for each in kept if each.role is role}
    busy = {(each.enrolment_id, each.marker_id) for each in kept}
    lots = []
    for enrolment_id, learner_id in work.items():
        if enrolment_id in done:
            continue
        marker_id = _least(load, markers, {learner_id}, busy, enrolment_id)
        load[marker_id] += 1
        lots.append(Lot(enrolment_id, role, marker_id))
    return lots


def _least(
    load: Mapping[int, int],
    markers: Sequence[int],
    barred: Collection[int],
    busy: Collection[tuple[int, int]],
    enrolment_id: int,
) -> int:
    """Choose who has least to do, the first named among equals."""
    able = [one for one in markers if one not in barred and (enrolment_id, one) not in busy]
    if not able:
        raise AllotmentUnfit(field="markers")
    return min(able, key=lambda one: (load[one], markers.index(one)))
