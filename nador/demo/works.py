"""Work that is handed in at the demo centre: what is asked, what learners write, what goes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nador.assessment.queries import handed_in
from nador.assessment.rules.slots import Series
from nador.assessment.rules.submissions import Asked, FileKind, LatePolicy, Window, fingerprint
from nador.assessment.service import assignments, returning, slots, submissions
from nador.assessment.service.assignments import Settings
from nador.demo.diary import at
from nador.kernel import clock
from nador.kernel.access import Actor

if TYPE_CHECKING:
    from nador.assessment.models import Submission
    from nador.demo.history import History, Unfolding

COURSE: Final = "DATA-110"
DAYS: Final = {"TP1": 14, "TP2": 36}
"""On which day of the run each work is due."""
_INSTRUCTIONS: Final = {
    "TP1": (
        "Nettoyez le fichier des parcelles de la coopérative : noms de communes écrits de "
        "plusieurs façons, surfaces en hectares et en ares, doublons.\n\n"
        "1. Décrivez chaque correction, et ce que vous avez décidé là où rien n’était sûr.\n"
        "2. Joignez le fichier nettoyé (CSV) et, si vous en avez écrit un, votre programme."
    ),
    "TP2": (
        "Construisez un tableau de bord des récoltes pour la présidente de la coopérative : "
        "*une page*, trois graphiques au plus, lisible sur un téléphone.\n\n"
        "Expliquez vos choix en une demi-page, et joignez le tableau de bord en PDF."
    ),
}
_WORDS: Final = (
    (
        "J’ai ramené les noms de communes à une seule graphie en comparant avec la liste du "
        "Haut-Commissariat au Plan : Zeghanghane, Zghanghan et أزغنغان sont la même commune.\n\n"
        "Les surfaces en ares ont été divisées par 100 ; trois lignes sans unité sont restées à part, "
        "parce que rien ne permettait de trancher."
    ),
    (
        "Quarante-deux doublons retirés, sur le numéro de parcelle et la date de relevé.\n\n"
        "Les cellules vides de la colonne « irrigation » veulent dire « non » selon le technicien : "
        "je l’ai noté dans une colonne à part au lieu de les remplir."
    ),
    (
        "Le plus difficile : les dates. Une partie du fichier est au format américain, ce qui se voit "
        "aux jours au-dessus de douze dans la deuxième position. J’ai corrigé celles-là seulement."
    ),
)
_ROOM: Final = "Salle 2"
_BOOKED: Final = 8
_FEEDBACK: Final = (
    "Très bon relevé de vos décisions, c’est ce qui compte le plus. Pour les trois lignes sans "
    "unité, le technicien de la coopérative peut répondre : demandez-lui.\n\n"
    "À revoir : deux doublons ne diffèrent que par une espace en fin de nom."
)


def note(history: History, run: Unfolding) -> None:
    """Let the run that the demo's learner is on now have work to hand in."""
    is_on_now = run.first <= clock.local(history.now).date() <= run.last
    if run.plan.course != COURSE or not is_on_now:
        return
    for code in DAYS:
        due_at = due(run.first, code)
        history.diary.note(due_at - timedelta(days=10), _ask, history, run, code)
        for number in range(run.plan.learners):
            before = timedelta(hours=6 * (number - 1))
            history.diary.note(due_at - before, _hand_in, history, run, code, number)
    history.diary.note(history.now - timedelta(hours=2), _draft, history, run)
    history.diary.note(due(run.first, "TP1") + timedelta(days=1), _give_back, history, run)
    history.diary.note(history.now - timedelta(days=1), _present, history, run)


def due(first: date, code: str) -> datetime:
    """When a work is due."""
    return at(first + timedelta(days=DAYS[code]), 20)


def _ask(history: History, run: Unfolding, code: str) -> None:
    """Say what is to be handed in, until when."""
    due_at = due(run.first, code)
    assignments.set_assignment(
        history.session,
        history.teacher(run),
        assessment_id=history.assessment(run, code).id,
        settings=Settings(
            instructions=_INSTRUCTIONS[code],
            window=Window(due_at=due_at, cut_off_at=due_at + timedelta(days=3)),
            late_policy=LatePolicy(percent=Decimal(5), floor=Decimal(50)),
            asked=Asked(
                takes_text=True,
                takes_files=True,
                kinds={FileKind.PDF, FileKind.CSV, FileKind.XLSX, FileKind.NOTEBOOK},
                most_files=3,
                largest=10 * 1024 * 1024,
                own_work=True,
            ),
        ),
    )


def _hand_in(history: History, run: Unfolding, code: str, number: int) -> None:
    """Let the next of the learners hand in; the one with the demo's account has a draft of TP2."""
    people = list(run.seats)
    if number >= len(people) or (people[number], code) == (history.cast.known["learner"], "TP2"):
        return
    draft = _write(history, run, code, people[number], number)
    submissions.hand_in(
        history.session,
        Actor(person_id=people[number]),
        assessment_id=draft.assessment_id,
        submission_id=draft.id,
        looked_at=fingerprint(draft.text, []),
        confirmed=True,
    )


def _draft(history: History, run: Unfolding) -> None:
    _write(history, run, "TP2", history.cast.known["learner"], 0)


def _write(history: History, run: Unfolding, code: str, person_id: int, which: int) -> Submission:
    return submissions.save_text(
        history.session,
        Actor(person_id=person_id),
        assessment_id=history.assessment(run, code).id,
        text=_WORDS[which % len(_WORDS)],
        seen=0,
    )


def _give_back(history: History, run: Unfolding) -> None:
    """Let the teacher return the work of the demo's learner with what there is to say."""
    enrolment_id = run.seats[history.cast.known["learner"]]
    found = handed_in.authored(history.session, history.assessment(run, "TP1").id, enrolment_id)
    if found is not None:
        returning.return_work(
            history.session,
            history.teacher(run),
            submission_id=found[1].id,
            feedback=_FEEDBACK,
        )


def _present(history: History, run: Unfolding) -> None:
    """Offer times to present the dashboards; some are booked, the demo's learner has none yet."""
    item, teacher = history.assessment(run, "TP2"), history.teacher(run)
    day = clock.local(history.now).date() + timedelta(days=6)
    offered = slots.offer_slots(
        history.session,
        teacher,
        assessment_id=item.id,
        series=Series(first=at(day, 9), minutes=20, count=9, pause=10, capacity=2),
        examiner_id=teacher.person_id or 0,
        place=_ROOM,
    )
    others = [each for each in run.seats if each != history.cast.known["learner"]]
    for number, person_id in enumerate(others[:_BOOKED]):
        slots.book(
            history.session,
            Actor(person_id=person_id),
            assessment_id=item.id,
            slot_id=offered[number * 2 // 3].id,
        )
