"""Words of marking."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nador.assessment.labels.states import person_in
from nador.assessment.rules import parse_mark
from nador.assessment.rules.marking import (
    MarkingState,
    MarkRole,
    RubricKind,
    SecondMarking,
)
from nador.kernel.errors import Invalid, counted
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nador.assessment.models import Mark, SubmissionFile
    from nador.assessment.queries.marking import Bench, Marker, Work
    from nador.assessment.rules.marking import Criterion
    from nador.kernel.i18n import Translator

_KILO: Final = 1024
_MEGA: Final = 1024 * 1024

ERRORS = {
    "rubric_empty": msgid("Give at least one criterion that is worth something."),
    "rubric_too_long": msgid("No more than %(limit)s fit here."),
    "rubric_untitled": msgid("Write what is judged, and a word for each level."),
    "rubric_level_missing": msgid("Give this criterion at least two levels."),
    "rubric_level_twice": msgid("Two levels are worth the same: nobody could tell them apart."),
    "rubric_moved": msgid(
        "Somebody else changed the rubric meanwhile. Yours is still here: look at theirs, then save again."
    ),
    "points_of_no_level": msgid("Write the points of one of its levels: %(points)s."),
    "sample_undefined": msgid(
        "Say what the sample holds: marks near the pass mark, a share drawn by lot, or both."
    ),
    "plan_number_unfit": msgid("Write a number from %(least)s to %(most)s."),
    "anonymity_kept": msgid("Marking has begun. Names stay hidden until every mark is agreed."),
    "allotment_unfit": msgid(
        "Nobody marks their own work, and nobody the same work twice: name more markers."
    ),
    "nothing_to_mark": msgid("There is nothing to mark here."),
    "not_yours_to_mark": msgid("Somebody else marks this work, or its mark is agreed."),
    "mark_taken": msgid(
        "Somebody else is marking this work. Theirs: %(theirs)s. Yours: %(yours)s."
    ),
    "mark_stale": msgid(
        "You changed this mark in another window meanwhile. There: %(theirs)s. Here: %(yours)s."
    ),
    "mark_incomplete": counted(
        "One criterion has no points yet.", "%(count)s criteria have no points yet."
    ),
    "mark_released": msgid(
        "The learner has seen this grade. It changes in the gradebook, with a reason."
    ),
    "marked_elsewhere": msgid(
        "Two people mark this assessment: the grade follows from their marks."
    ),
    "still_to_mark": counted("One mark is not agreed yet.", "%(count)s marks are not agreed yet."),
    "comment_missing": msgid("Write the comment."),
    "no_paper_column": msgid(
        "No column is called “Paper” or “Reference”: without it nobody knows whose row is whose."
    ),
    "no_mark_column": msgid("No column is a criterion of the rubric, the mark or the comment."),
    "paper_unknown": msgid("No work here goes by this sign or reference."),
    "work_moved": msgid(
        "A newer version was handed in meanwhile. Look at it, then save again: your mark is still here."
    ),
    "marks_moved": msgid(
        "Something was changed meanwhile. This is what would be done now: look again, then save."
    ),
    "parcel_file_twice": msgid("%(other)s goes to the same place under the same name."),
    "parcel_file_too_large": msgid("A file may have at most %(limit)s MB."),
    "feedback_file_missing": msgid("Choose a file that is not empty."),
    "level_unreadable": msgid("Write each level on a line of its own, the points first: 4 Good."),
    "marks_refused": counted(
        "One mark was refused; nothing was saved.",
        "%(count)s marks were refused; nothing was saved.",
    ),
}


def state(value: MarkingState, words: Translator) -> str:
    """Say how far the marking of a piece of work is."""
    match value:
        case MarkingState.TO_MARK:
            return words.gettext("To mark")
        case MarkingState.BEING_MARKED:
            return words.gettext("Being marked")
        case MarkingState.SECOND_DUE:
            return words.gettext("Second mark due")
        case MarkingState.THIRD_DUE:
            return words.gettext("Third mark due")
        case MarkingState.AGREED:
            return words.gettext("Agreed")
        case MarkingState.RELEASED:
            return words.gettext("Released")


def state_look(value: MarkingState) -> str:
    """Choose the look of a state's tag."""
    match value:
        case MarkingState.TO_MARK | MarkingState.BEING_MARKED:
            return "info"
        case MarkingState.SECOND_DUE | MarkingState.THIRD_DUE:
            return "warn"
        case MarkingState.AGREED | MarkingState.RELEASED:
            return "ok"


def role(value: MarkRole, words: Translator) -> str:
    """Name a marker's role."""
    match value:
        case MarkRole.FIRST:
            return words.gettext("First marker")
        case MarkRole.SECOND:
            return words.gettext("Second marker")
        case MarkRole.MODERATOR:
            return words.gettext("Third marker")


def mark_in_role(value: MarkRole, words: Translator) -> str:
    """Name the mark of a role."""
    match value:
        case MarkRole.FIRST:
            return words.gettext("First mark")
        case MarkRole.SECOND:
            return words.gettext("Second mark")
        case MarkRole.MODERATOR:
            return words.gettext("Third mark")


def second_marking(value: SecondMarking, words: Translator) -> str:
    """Say which pieces of work a second person marks."""
    match value:
        case SecondMarking.NONE:
            return words.gettext("None: one person marks")
        case SecondMarking.SAMPLE:
            return words.gettext("A sample")
        case SecondMarking.ALL:
            return words.gettext("All of them")


def rubric_kind(value: RubricKind, words: Translator) -> str:
    """Name a kind of rubric."""
    match value:
        case RubricKind.RUBRIC:
            return words.gettext("By levels")
        case RubricKind.GUIDE:
            return words.gettext("By points")


def plan_notes(bench: Bench, words: Translator) -> list[str]:
    """Say in a few words how an assessment is marked."""
    plan, notes = bench.plan, []
    if plan.anonymous:
        notes.append(
            words.gettext("names hidden") if bench.hidden else words.gettext("names shown again")
        )
    match plan.second:
        case SecondMarking.NONE:
            notes.append(words.gettext("one marker"))
        case SecondMarking.SAMPLE:
            notes.append(words.gettext("two markers for a sample"))
        case SecondMarking.ALL:
            notes.append(words.gettext("two markers"))
    if plan.second is not SecondMarking.NONE:
        threshold = words.number(plan.threshold)
        notes.append(words.gettext("a third beyond %(threshold)s points", threshold=threshold))
    return notes


def size(count: int, words: Translator) -> str:
    """Write the size of a file."""
    if count < _MEGA:
        return words.gettext("%(size)s kB", size=words.number(max(count // _KILO, 1)))
    return words.gettext("%(size)s MB", size=words.number(Decimal(count * 10 // _MEGA) / 10))


def points(mark: Mark, criterion: Criterion, words: Translator) -> str:
    """Write the points of a criterion: 4/5."""
    kept = mark.points.get(criterion.id)
    written = words.number(Decimal(kept).normalize()) if kept is not None else "–"
    return f"{written}/{words.number(criterion.points.normalize())}"


def name_of(who: Marker | None, locale: str) -> str:
    """Name a marker for a language; a dash for who marks here no more."""
    return person_in(who.name_latin, who.name_arabic, locale) if who is not None else "–"


def difference(marks: Sequence[Mark], words: Translator) -> str:
    """Write by how much the first two marks differ."""
    first, second = (each.value or Decimal(0) for each in marks[:2])
    return words.number(abs(first - second).normalize())


def plain(value: Decimal) -> str:
    """Write points as a form sends them."""
    return f"{value.normalize():f}"


def same(typed: str, value: Decimal) -> bool:
    """Whether these points were chosen."""
    try:
        return parse_mark(typed, out_of=value) == value
    except Invalid:
        return False


def rubric_kind_of(value: str, words: Translator) -> str:
    """Name a kind of rubric by its code."""
    return rubric_kind(RubricKind(value), words)


def roles(found: Sequence[MarkRole], words: Translator) -> list[str]:
    """Name several roles."""
    return [role(each, words) for each in found]


def shown_mark(work: Work, code: str, viewer: int | None) -> Mark | None:
    """Give the mark in a role, unless the reader has yet to mark without knowing it."""
    mine = work.role_for(viewer)
    own = work.mark(mine) if mine is not None else None
    blind = (
        mine is not None and mine is not MarkRole.MODERATOR and (own is None or not own.final_at)
    )
    return None if blind else work.mark(MarkRole(code))


def why_not(work: Work, viewer: int | None, words: Translator) -> str:
    """Say why the reader has nothing to mark here."""
    if viewer is not None and work.is_by(viewer):
        return words.gettext("This is your own work: somebody else marks it.")
    if work.elsewhere:
        return words.gettext("It was graded in the gradebook.")
    if work.agreed is not None:
        return words.gettext("The mark is agreed.")
    return words.gettext("Somebody else marks this work.")


def file_name(file: SubmissionFile, work: Work, place: int, bench: Bench) -> str:
    """Name a file that was handed in; while names are hidden, by the paper's sign."""
    if not bench.hidden:
        return file.name
    ending = file.name.rpartition(".")[2] if "." in file.name else ""
    bare = f"{work.sign}-{place}"
    return f"{bare}.{ending}" if ending.isascii() and ending.isalnum() else bare
