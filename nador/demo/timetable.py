"""The runs of the demo centre, in weeks from the Monday of the week in which it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nador.catalogue.rules import Mode


class Fate(StrEnum):
    """How far a run is taken; what its dates do not allow yet is left out anyway."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    TO_GRADE = "to_grade"
    TO_CONCLUDE = "to_conclude"
    TO_CERTIFY = "to_certify"
    CERTIFIED = "certified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One run: when, where, for how many, and how many come."""

    course: str
    week: int
    """When it starts, in weeks from now; negative is past."""
    weeks: int
    capacity: int
    learners: int
    """How many ask for a seat besides the `guests`; those past the capacity wait."""
    language: str = "fr"
    mode: Mode = Mode.ONSITE
    place: str = "Nador, salle 1"
    teacher: str = "instructor"
    fate: Fate = Fate.CERTIFIED
    guests: tuple[str, ...] = ()
    """Those who have an account in the demo, by the name before @; they ask first."""
    waiting: tuple[str, ...] = ()
    """Of them, those who ask when the run is full."""
    doubt: bool = False
    """Whether somebody's names were never confirmed."""
    closes: int = 3
    """How many days before the start the enrolment window closes."""
    opens: int = 42
    """How many days before the start it opens."""


LAB: Final = "Nador, salle informatique"
FARM: Final = "Zaio, الضيعة النموذجية"
ONLINE: Final = "https://classe.nador.example"

RUNS: Final = (
    Planned(course="IA-101", week=-118, weeks=5, capacity=12, learners=12),
    Planned(
        course="DATA-110",
        week=-62,
        weeks=7,
        capacity=14,
        learners=14,
        place=LAB,
        teacher="instructor2",
    ),
    Planned(course="IA-101", week=-48, weeks=5, capacity=16, learners=14, guests=("learner",)),
    Planned(course="TOUR-140", week=-44, weeks=6, capacity=12, learners=9, teacher="instructor2"),
    Planned(
        course="AGRI-130", week=-38, weeks=4, capacity=20, learners=17, language="ar", place=FARM
    ),
    Planned(
        course="DATA-210",
        week=-36,
        weeks=8,
        capacity=12,
        learners=10,
        place=LAB,
        teacher="instructor2",
    ),
    Planned(course="ENER-150", week=-30, weeks=6, capacity=12, learners=10, doubt=True),
    Planned(course="EMPL-170", week=-26, weeks=6, capacity=14, learners=12, language="ar"),
    Planned(
        course="IA-220",
        week=-24,
        weeks=10,
        capacity=10,
        learners=8,
        place=LAB,
        teacher="instructor2",
    ),
    Planned(
        course="IA-101",
        week=-22,
        weeks=5,
        capacity=18,
        learners=15,
        language="ar",
        guests=("learner2", "visitor"),
    ),
    Planned(
        course="IA-102",
        week=-10,
        weeks=6,
        capacity=16,
        learners=13,
        fate=Fate.TO_CERTIFY,
        teacher="instructor2",
    ),
    Planned(
        course="RESP-160",
        week=-8,
        weeks=6,
        capacity=16,
        learners=14,
        mode=Mode.ONLINE,
        place=ONLINE,
        fate=Fate.TO_CONCLUDE,
    ),
    Planned(
        course="EMPL-170",
        week=-8,
        weeks=6,
        capacity=14,
        learners=12,
        language="ar",
        fate=Fate.TO_GRADE,
    ),
    Planned(
        course="TOUR-140",
        week=-9,
        weeks=7,
        capacity=14,
        learners=12,
        fate=Fate.TO_GRADE,
        teacher="instructor2",
    ),
    Planned(
        course="DATA-110",
        week=-4,
        weeks=7,
        capacity=18,
        learners=15,
        place=LAB,
        guests=("learner",),
    ),
    Planned(
        course="IA-101",
        week=-2,
        weeks=5,
        capacity=16,
        learners=13,
        language="ar",
        teacher="instructor2",
    ),
    Planned(
        course="DATA-210",
        week=1,
        weeks=8,
        capacity=12,
        learners=9,
        place=LAB,
        teacher="instructor2",
        closes=10,
    ),
    Planned(
        course="RESP-160",
        week=2,
        weeks=5,
        capacity=10,
        learners=13,
        mode=Mode.ONLINE,
        place=ONLINE,
        waiting=("learner2", "learner"),
    ),
    Planned(course="IA-101", week=3, weeks=5, capacity=25, learners=9),
    Planned(course="TOUR-140", week=3, weeks=6, capacity=8, learners=10, teacher="instructor2"),
    Planned(
        course="DATA-110",
        week=4,
        weeks=7,
        capacity=20,
        learners=4,
        language="ar",
        place=LAB,
        teacher="instructor2",
    ),
    Planned(course="AGRI-130", week=4, weeks=4, capacity=30, learners=6, language="ar", place=FARM),
    Planned(
        course="EMPL-270",
        week=5,
        weeks=8,
        capacity=20,
        learners=4,
        mode=Mode.ONLINE,
        place=ONLINE,
    ),
    Planned(
        course="AGRI-230",
        week=3,
        weeks=6,
        capacity=20,
        learners=3,
        place=FARM,
        fate=Fate.CANCELLED,
    ),
    Planned(course="ENER-150", week=10, weeks=6, capacity=20, learners=0),
    Planned(
        course="ENER-250",
        week=12,
        weeks=10,
        capacity=16,
        learners=0,
        place=LAB,
        fate=Fate.DRAFT,
        teacher="instructor2",
    ),
)
