"""Marking at the demo centre: an oral before two examiners, by a rubric, with work left in the queue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.assessment.models import Assessment
from nador.assessment.queries import marking as benches
from nador.assessment.rules.marking import (
    Criterion,
    Level,
    Plan,
    Rubric,
    RubricKind,
    SecondMarking,
)
from nador.assessment.service import marking
from nador.assessment.service.marking import MarkEntry
from nador.catalogue import service as catalogue
from nador.kernel.access import Actor, Grant, Role

if TYPE_CHECKING:
    from nador.demo.history import History, Unfolding

COURSE: Final = "TOUR-140"
ITEM: Final = "ORAL"
SECOND: Final = "instructor"
_LEVELS: Final = tuple(
    Level(Decimal(points), title)
    for points, title in (
        ("1", "Insuffisant"),
        ("2.5", "Partiel"),
        ("4", "Bon"),
        ("5", "Très bon"),
    )
)
_CRITERIA: Final = (
    ("accueil", "Accueil et écoute", "La demande est comprise et reformulée"),
    ("reponse", "Réponse juste", "Ce que l’outil propose est vérifié avant d’être dit"),
    ("donnees", "Protection des données", "Rien de personnel n’est saisi"),
    ("langues", "Passage d’une langue à l’autre", "Arabe, français, anglais ou espagnol"),
)
_FIRST: Final = ("4 5 4 2.5", "5 5 5 4", "2.5 1 4 2.5", "4 4 5 5", "2.5 4 4 4")
_AGAIN: Final = ("4 4 4 4", "5 4 5 5", "4 4 5 4")
"""What the second examiner says of the first three: of the last of them, something else."""
_COMMENTS: Final = (
    "L’information donnée par l’outil a été vérifiée avant d’être dite : c’est l’essentiel.",
    "Reformulez la demande avant de répondre : le visiteur sait alors qu’il a été compris.",
    "Ne saisissez jamais le numéro d’une pièce d’identité.",
)


def note(history: History, run: Unfolding) -> None:
    """Let two examiners be on their way through an oral."""
    if run.plan.course == COURSE:
        history.diary.note(history.now - timedelta(hours=20), _mark, history, run)


def _mark(history: History, run: Unfolding) -> None:
    """Name a second examiner, plan, and give the marks that there are so far."""
    session = history.session
    catalogue.assign_staff(
        session, history.cast.registrar, run_id=run.id, person_id=history.cast.known[SECOND]
    )
    item = session.scalars(
        select(Assessment.id).where(Assessment.run_id == run.id, Assessment.code == ITEM)
    ).one()
    first, second = (_examiner(history, run, who) for who in (run.plan.teacher, SECOND))
    rubric = Rubric(
        RubricKind.RUBRIC,
        tuple(Criterion(*each, Decimal(5), _LEVELS) for each in _CRITERIA),
    )
    version = marking.set_rubric(
        session, first, assessment_id=item, rubric=rubric, expected_number=0
    )
    plan = Plan(second=SecondMarking.ALL, threshold=Decimal(2))
    marking.set_plan(session, first, assessment_id=item, plan=plan)
    for text in _COMMENTS:
        marking.add_comment(
            session, first, institute_id=history.cast.institute_id, text=text, shared=True
        )
    works = [each for each in benches.bench(session, item).works if not each.elsewhere]
    rubric_id = version.id if version is not None else None
    for examiner, given in ((first, _FIRST), (second, _AGAIN)):
        for work, points in zip(works, given, strict=False):
            entry = MarkEntry(
                assessment_id=item,
                sign=work.sign,
                rubric_id=rubric_id,
                points=_points(points),
                comment=_COMMENTS[0] if points.startswith("4") else "",
                final=True,
            )
            marking.save_mark(session, examiner, entry=entry)


def _points(written: str) -> dict[str, Decimal]:
    keys = [key for key, _, _ in _CRITERIA]
    return dict(zip(keys, map(Decimal, written.split()), strict=True))


def _examiner(history: History, run: Unfolding, who: str) -> Actor:
    grant = Grant(Role.INSTRUCTOR, history.cast.institute_id, run.id)
    return Actor(person_id=history.cast.known[who], grants=frozenset({grant}))
