"""Keeping what the grades of a run come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from nador.assessment.models import RunFigures, TouchedRun
from nador.assessment.queries.figures import Figures
from nador.assessment.rules import CURRENT
from nador.kernel import clock
from nador.kernel.db import command

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

_touches = TouchedRun.metadata.tables[TouchedRun.__tablename__]
_TAKE_AWAY = _touches.delete().where(_touches.c.id == bindparam("touch"))


@dataclass(frozen=True, slots=True)
class Counted:
    """A run's figures, and the touches that they have seen."""

    figures: Figures
    touches: Sequence[int]


@command
def keep_figures(session: Session, _actor: Actor, *, item_id: int, outcome: Counted) -> None:
    """Keep the figures of a run; what touched it meanwhile stays, so that it is counted again."""
    session.merge(
        RunFigures(
            run_id=item_id,
            made_at=clock.now(),
            formula=CURRENT,
            figures=outcome.figures.as_stored(),
        )
    )
    session.flush()
    if outcome.touches:
        session.execute(_TAKE_AWAY, [{"touch": each} for each in outcome.touches])
