"""What may be handed in, and what lateness costs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.rules import submissions as rules
from nador.assessment.rules.refusals import MarkOutOfRange
from nador.assessment.rules.submissions import (
    Asked,
    FileKind,
    LatePolicy,
    PenaltyUnit,
    ScanState,
    Window,
    WorkFile,
)

if TYPE_CHECKING:
    from nador.kernel.errors import DomainError, Invalid

DUE = datetime(2026, 12, 1, 12, tzinfo=UTC)
WINDOW = Window(opens_at=DUE - timedelta(days=7), due_at=DUE, cut_off_at=DUE + timedelta(days=2))
OUT_OF = Decimal(20)


def asked(**changed: object) -> Asked:
    wanted: dict[str, object] = {
        "takes_text": True,
        "takes_files": True,
        "kinds": {FileKind.PDF},
        "most_files": 2,
        "largest": 2048,
        "own_work": False,
    }
    return Asked(**(wanted | changed))  # type: ignore[arg-type] # the tests name its own arguments


def a_file(name: str = "a.pdf", **changed: object) -> WorkFile:
    wanted: dict[str, object] = {"kind": FileKind.PDF, "size": 1000, "sha256": "ab"}
    return WorkFile(name=name, **(wanted | changed))  # type: ignore[arg-type] # as above


@pytest.mark.parametrize(
    ("window", "now", "refusal"),
    [
        pytest.param(Window(), DUE, None, id="no bounds"),
        pytest.param(WINDOW, DUE - timedelta(days=8), rules.NotOpenYet, id="too early"),
        pytest.param(WINDOW, DUE - timedelta(days=7), None, id="just opened"),
        pytest.param(WINDOW, DUE + timedelta(days=1), None, id="late, before the cut-off"),
        pytest.param(WINDOW, DUE + timedelta(days=2), rules.CutOffPassed, id="at the cut-off"),
    ],
)
def test_work_is_taken_within_the_window(
    window: Window, now: datetime, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        rules.require_open(window, now=now)
    else:
        with pytest.raises(refusal):
            rules.require_open(window, now=now)


def test_a_second_version_needs_leave() -> None:
    rules.require_takes_another(0, resubmission=False)
    rules.require_takes_another(3, resubmission=True)
    with pytest.raises(rules.HandedInAlready):
        rules.require_takes_another(1, resubmission=False)


@pytest.mark.parametrize(
    ("wanted", "text", "files", "confirmed", "refusal"),
    [
        pytest.param(asked(), "An answer", [], False, None, id="a text"),
        pytest.param(asked(), "", [a_file()], False, None, id="a file"),
        pytest.param(asked(), " \n", [], False, rules.NothingToHandIn, id="blanks"),
        pytest.param(
            asked(takes_text=False), "", [], False, rules.NothingToHandIn, id="no file at all"
        ),
        pytest.param(asked(takes_text=False), "x", [], False, rules.TextNotTaken, id="files only"),
        pytest.param(
            asked(takes_files=False), "x", [a_file()], False, rules.FilesNotTaken, id="text only"
        ),
        pytest.param(asked(), "x" * 100_001, [], False, rules.TextTooLong, id="a text without end"),
        pytest.param(
            asked(), "", [a_file("a"), a_file("b"), a_file("c")], False, rules.TooManyFiles, id="3"
        ),
        pytest.param(asked(), "", [a_file(size=2049)], False, rules.FileTooLarge, id="too large"),
        pytest.param(
            asked(), "", [a_file(kind=FileKind.ZIP)], False, rules.FileOfAnotherKind, id="a zip"
        ),
        pytest.param(
            asked(), "", [a_file(scan=ScanState.INFECTED)], False, rules.FileInfected, id="infected"
        ),
        pytest.param(
            asked(), "", [a_file(scan=ScanState.WAITING)], False, None, id="waits for the scanner"
        ),
        pytest.param(asked(), "", [a_file(scan=ScanState.CLEAN)], False, None, id="clean"),
        pytest.param(
            asked(own_work=True), "x", [], False, rules.OwnWorkNotConfirmed, id="not confirmed"
        ),
        pytest.param(asked(own_work=True), "x", [], True, None, id="confirmed"),
    ],
)
def test_what_can_be_handed_in(
    wanted: Asked,
    text: str,
    files: list[WorkFile],
    confirmed: bool,
    refusal: type[DomainError] | None,
) -> None:
    if refusal is None:
        rules.require_complete(wanted, text=text, files=files, confirmed=confirmed)
    else:
        with pytest.raises(refusal):
            rules.require_complete(wanted, text=text, files=files, confirmed=confirmed)


@pytest.mark.parametrize(
    ("scan", "refusal"),
    [
        (ScanState.UNSCANNED, None),
        (ScanState.CLEAN, None),
        (ScanState.WAITING, rules.FileNotScanned),
        (ScanState.INFECTED, rules.FileInfected),
    ],
)
def test_nobody_opens_what_the_scanner_has_not_seen(
    scan: ScanState, refusal: type[DomainError] | None
) -> None:
    if refusal is None:
        rules.require_openable("essay.pdf", scan)
    else:
        with pytest.raises(refusal):
            rules.require_openable("essay.pdf", scan)


@pytest.mark.parametrize(
    ("size", "said"),
    [(10 * 1024 * 1024, "10"), (1536 * 1024, "1.5"), (100 * 1024 * 1024, "100"), (2048, "0")],
)
def test_megabytes_are_said_shortly(size: int, said: str) -> None:
    assert f"{rules.in_megabytes(size):f}" == said


@pytest.mark.parametrize(
    ("late", "unit", "units"),
    [
        pytest.param(timedelta(0), PenaltyUnit.DAY, 0, id="in time"),
        pytest.param(timedelta(microseconds=1), PenaltyUnit.DAY, 1, id="a moment"),
        pytest.param(timedelta(days=1), PenaltyUnit.DAY, 1, id="a day"),
        pytest.param(timedelta(hours=25), PenaltyUnit.DAY, 2, id="a day and an hour"),
        pytest.param(timedelta(minutes=61), PenaltyUnit.HOUR, 2, id="an hour and a minute"),
    ],
)
def test_started_units_count(late: timedelta, unit: PenaltyUnit, units: int) -> None:
    assert rules.units_late(late, unit) == units


@pytest.mark.parametrize(
    ("handed_in", "due", "late"),
    [
        pytest.param(DUE, None, timedelta(0), id="nothing is due"),
        pytest.param(DUE - timedelta(hours=1), DUE, timedelta(0), id="early"),
        pytest.param(DUE + timedelta(hours=1), DUE, timedelta(hours=1), id="late"),
    ],
)
def test_lateness(handed_in: datetime, due: datetime | None, late: timedelta) -> None:
    assert rules.lateness(handed_in, due) == late


@pytest.mark.parametrize(
    ("value", "percent", "floor", "days", "taken"),
    [
        pytest.param("16", "10", "0", 1, "2.00", id="ten per cent of twenty"),
        pytest.param("16", "10", "0", 3, "6.00", id="three days"),
        pytest.param("16", "10", "60", 3, "4.00", id="not below the floor"),
        pytest.param("11", "10", "60", 3, "0.00", id="below the floor by itself"),
        pytest.param("3", "10", "0", 9, "3.00", id="never below nothing"),
        pytest.param("16", "0", "0", 9, "0.00", id="lateness costs nothing"),
        pytest.param("15.55", "3.33", "0", 1, "0.67", id="what stays is rounded: 14.884 to 14.88"),
    ],
)
def test_what_lateness_takes(value: str, percent: str, floor: str, days: int, taken: str) -> None:
    policy = LatePolicy(percent=Decimal(percent), floor=Decimal(floor))
    got = rules.deduction(Decimal(value), out_of=OUT_OF, policy=policy, late=timedelta(days=days))

    assert got == Decimal(taken)


HUNDREDTHS = st.decimals(0, 20, places=2)
PERCENT = st.decimals(0, 100, places=2)


@given(
    value=HUNDREDTHS,
    percent=PERCENT,
    floor=PERCENT,
    sooner=st.timedeltas(timedelta(0), timedelta(days=30)),
    more=st.timedeltas(timedelta(0), timedelta(days=30)),
    unit=st.sampled_from(PenaltyUnit),
)
def test_lateness_takes_no_more_than_there_is(
    value: Decimal,
    percent: Decimal,
    floor: Decimal,
    sooner: timedelta,
    more: timedelta,
    unit: PenaltyUnit,
) -> None:
    policy = LatePolicy(percent=percent, unit=unit, floor=floor)
    taken = rules.deduction(value, out_of=OUT_OF, policy=policy, late=sooner)
    later = rules.deduction(value, out_of=OUT_OF, policy=policy, late=sooner + more)

    assert 0 <= taken <= later <= value
    assert taken == taken.quantize(Decimal("0.01"))
    assert value - later >= min(value, (OUT_OF * floor / 100).quantize(Decimal("0.01")))
    assert rules.deduction(value, out_of=OUT_OF, policy=policy, late=timedelta(0)) == 0


def test_a_receipt_says_what_was_handed_in() -> None:
    said = rules.receipt_text(
        reference="ABC",
        assignment="SQL-1/CAS",
        number=2,
        at=DUE,
        text="جواب",
        files=[a_file("واجب.pdf")],
    )

    assert said.splitlines() == [
        "receipt 1",
        "learner ABC",
        "assignment SQL-1/CAS",
        "version 2",
        "handed in 2026-12-01T12:00:00.000000+00:00",
        f"text {hashlib.sha256('جواب'.encode()).hexdigest()}",
        "file ab 1000 واجب.pdf",
    ]
    assert "text" not in rules.receipt_text(
        reference="ABC", assignment="S/C", number=1, at=DUE, text="", files=[]
    )


@pytest.mark.parametrize(
    ("closed", "handed_in", "now", "refusal"),
    [
        pytest.param(False, 0, DUE, None, id="open"),
        pytest.param(True, 0, DUE, rules.AssignmentClosed, id="closed by staff"),
        pytest.param(False, 1, DUE, rules.HandedInAlready, id="once only"),
        pytest.param(False, 0, DUE + timedelta(days=3), rules.CutOffPassed, id="too late"),
    ],
)
def test_whether_work_is_taken(
    closed: bool,
    handed_in: int,
    now: datetime,
    refusal: type[DomainError] | None,
) -> None:
    def ask() -> None:
        rules.require_taken(WINDOW, now=now, handed_in=handed_in, resubmission=False, closed=closed)

    if refusal is None:
        ask()
    else:
        with pytest.raises(refusal):
            ask()


def test_an_older_page_replaces_no_newer_text() -> None:
    assert rules.next_text("one", "two", sequence=1, seen=1)
    assert not rules.next_text("one", "one", sequence=7, seen=1)
    with pytest.raises(rules.TextMoved):
        rules.next_text("one", "two", sequence=2, seen=1)


@pytest.mark.parametrize(
    ("told", "holds", "counted"),
    [
        pytest.param(None, DUE, None, id="nothing was due then"),
        pytest.param(DUE, None, None, id="nothing is due now"),
        pytest.param(DUE, DUE + timedelta(days=1), DUE + timedelta(days=1), id="extended"),
        pytest.param(DUE, DUE - timedelta(days=1), DUE, id="moved forward harms nobody"),
    ],
)
def test_by_which_date_lateness_is_judged(
    told: datetime | None, holds: datetime | None, counted: datetime | None
) -> None:
    assert rules.counted_due(told, holds) == counted


def test_a_fingerprint_tells_drafts_apart() -> None:
    same = rules.fingerprint("one", [a_file()])

    assert same == rules.fingerprint("one", [a_file()])
    assert len({same, rules.fingerprint("two", [a_file()]), rules.fingerprint("one", [])}) == 3


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "window",
    [
        Window(),
        WINDOW,
        Window(due_at=DUE, cut_off_at=DUE),
        Window(opens_at=DUE, cut_off_at=DUE + DAY),
    ],
    ids=["no date", "all three", "nothing is ever late", "no due date"],
)
def test_dates_in_their_order(window: Window) -> None:
    rules.check_window(window)


@pytest.mark.parametrize(
    ("window", "field"),
    [
        pytest.param(Window(opens_at=DUE, due_at=DUE), "due_at", id="due as it opens"),
        pytest.param(Window(opens_at=DUE + DAY, due_at=DUE), "due_at", id="due before it opens"),
        pytest.param(Window(due_at=DUE, cut_off_at=DUE - DAY), "cut_off_at", id="cut off first"),
        pytest.param(Window(opens_at=DUE, cut_off_at=DUE), "cut_off_at", id="open for no moment"),
    ],
)
def test_dates_in_another_order_are_refused_at_the_later_one(window: Window, field: str) -> None:
    with pytest.raises(rules.DatesOutOfOrder) as refused:
        rules.check_window(window)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"takes_files": False}, id="text only"),
        pytest.param({"takes_files": False, "kinds": set()}, id="no kinds where none are asked"),
        pytest.param({"takes_text": False}, id="files only"),
        pytest.param({"most_files": 1}, id="one file"),
        pytest.param({"most_files": rules.MOST_FILES}, id="as many as can be"),
        pytest.param({"largest": rules.SMALLEST_LIMIT}, id="tiny files"),
        pytest.param({"largest": rules.LARGEST_FILE}, id="huge files"),
    ],
)
def test_what_an_assignment_may_ask_for(changed: dict[str, object]) -> None:
    rules.check_asked(asked(**changed))


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        pytest.param(
            {"takes_text": False, "takes_files": False}, rules.TakesNothing, "takes_text", id="none"
        ),
        pytest.param({"kinds": set()}, rules.TakesNothing, "kinds", id="files of no kind"),
        pytest.param({"most_files": 0}, rules.LimitOutOfRange, "most_files", id="no file"),
        pytest.param(
            {"most_files": rules.MOST_FILES + 1}, rules.LimitOutOfRange, "most_files", id="too many"
        ),
        pytest.param(
            {"largest": rules.SMALLEST_LIMIT - 1}, rules.LimitOutOfRange, "largest", id="too small"
        ),
        pytest.param(
            {"largest": rules.LARGEST_FILE + 1}, rules.LimitOutOfRange, "largest", id="too large"
        ),
    ],
)
def test_what_an_assignment_can_not_ask_for(
    changed: dict[str, object], refusal: type[Invalid], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        rules.check_asked(asked(**changed))
    assert refused.value.field == field


@pytest.mark.parametrize("share", [Decimal(0), Decimal("12.5"), Decimal(100)])
def test_lateness_costs_a_share_of_the_whole(share: Decimal) -> None:
    rules.check_late_policy(LatePolicy(percent=share, unit=PenaltyUnit.DAY, floor=share))


@pytest.mark.parametrize("share", [Decimal("-0.01"), Decimal("100.01")])
@pytest.mark.parametrize("field", ["late_percent", "late_floor"])
def test_no_share_is_more_than_the_whole(share: Decimal, field: str) -> None:
    percent, floor = (share, Decimal(0)) if field == "late_percent" else (Decimal(0), share)
    with pytest.raises(MarkOutOfRange) as refused:
        rules.check_late_policy(LatePolicy(percent=percent, unit=PenaltyUnit.DAY, floor=floor))
    assert refused.value.field == field


FIELDS = {
    rules.TextNotTaken: ("text", {}),
    rules.FilesNotTaken: ("files", {}),
    rules.TooManyFiles: ("files", {"limit": 2}),
    rules.FileTooLarge: ("files", {"name": "a.pdf", "limit": rules.in_megabytes(2048)}),
    rules.FileOfAnotherKind: ("files", {"name": "a.pdf"}),
    rules.FileInfected: ("files", {"name": "a.pdf"}),
    rules.OwnWorkNotConfirmed: ("own_work", {}),
}


@pytest.mark.parametrize(
    ("wanted", "text", "files", "refusal"),
    [
        (asked(takes_text=False), "x", [], rules.TextNotTaken),
        (asked(takes_files=False), "", [a_file()], rules.FilesNotTaken),
        (asked(), "", [a_file()] * 3, rules.TooManyFiles),
        (asked(), "", [a_file(size=2049)], rules.FileTooLarge),
        (asked(), "", [a_file(kind=FileKind.ZIP)], rules.FileOfAnotherKind),
        (asked(), "", [a_file(scan=ScanState.INFECTED)], rules.FileInfected),
        (asked(own_work=True), "x", [], rules.OwnWorkNotConfirmed),
    ],
)
def test_a_refusal_names_the_field_and_the_file(
    wanted: Asked, text: str, files: list[WorkFile], refusal: type[Invalid]
) -> None:
    with pytest.raises(refusal) as refused:
        rules.require_complete(wanted, text=text, files=files, confirmed=False)
    assert (refused.value.field, refused.value.params) == FIELDS[refusal]


@pytest.mark.parametrize(("takes_text", "field"), [(True, "text"), (False, "files")])
def test_nothing_at_all_is_told_where_something_can_be_given(takes_text: bool, field: str) -> None:
    with pytest.raises(rules.NothingToHandIn) as refused:
        rules.require_complete(asked(takes_text=takes_text), text="", files=[], confirmed=True)
    assert refused.value.field == field


def test_a_text_and_a_file_may_be_as_long_as_the_limits_say() -> None:
    longest = "x" * rules.LONGEST_TEXT
    rules.require_complete(asked(), text=longest, files=[a_file(size=2048)], confirmed=True)
    with pytest.raises(rules.TextTooLong) as refused:
        rules.require_text(asked(), longest + "x")
    assert refused.value.field == "text"
    assert refused.value.params == {
        "limit": rules.LONGEST_TEXT,
        "length": rules.LONGEST_TEXT + 1,
    }
