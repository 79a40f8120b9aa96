"""The calendar file of a run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from nador.catalogue.rules import CalendarEntry, calendar_file

AT = datetime(2026, 12, 7, 18, tzinfo=UTC)


def entry(*, title: str = "IA", place: str = "") -> CalendarEntry:
    return CalendarEntry(
        uid="meeting-1@nador.example",
        starts_at=AT,
        ends_at=AT + timedelta(hours=3),
        title=title,
        place=place,
    )


def unfolded(file: str) -> list[str]:
    return file.replace("\r\n ", "").split("\r\n")


def test_times_are_utc() -> None:
    lines = unfolded(calendar_file("IA", [entry()], now=AT))

    assert "DTSTART:20261207T180000Z" in lines
    assert "DTEND:20261207T210000Z" in lines
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_a_file_is_written_as_the_standard_says() -> None:
    full = CalendarEntry(
        uid="meeting-1@nador.example",
        starts_at=AT,
        ends_at=AT + timedelta(hours=3),
        title="IA, 1",
        place="Salle 2",
        description="Venir tôt;\nmerci",
    )

    assert calendar_file("Cours\\IA", [full, entry()], now=AT - timedelta(days=1)) == (
        "BEGIN:VCALENDAR\r\n"
        "VERSION:2.0\r\n"
        "PRODID:-//Nador//Courses//EN\r\n"
        "CALSCALE:GREGORIAN\r\n"
        "METHOD:PUBLISH\r\n"
        "X-WR-CALNAME:Cours\\\\IA\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:meeting-1@nador.example\r\n"
        "DTSTAMP:20261206T180000Z\r\n"
        "DTSTART:20261207T180000Z\r\n"
        "DTEND:20261207T210000Z\r\n"
        "SUMMARY:IA\\, 1\r\n"
        "LOCATION:Salle 2\r\n"
        "DESCRIPTION:Venir tôt\\;\\nmerci\r\n"
        "STATUS:CONFIRMED\r\n"
        "END:VEVENT\r\n"
        "BEGIN:VEVENT\r\n"
        "UID:meeting-1@nador.example\r\n"
        "DTSTAMP:20261206T180000Z\r\n"
        "DTSTART:20261207T180000Z\r\n"
        "DTEND:20261207T210000Z\r\n"
        "SUMMARY:IA\r\n"
        "STATUS:CONFIRMED\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def test_a_line_is_folded_after_75_octets() -> None:
    lines = calendar_file("x", [entry(title="é" + "a" * 139 + "ع" + "b")], now=AT).split("\r\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("SUMMARY"))

    assert lines[at : at + 3] == [f"SUMMARY:é{'a' * 65}", f" {'a' * 74}", " عb"]


def test_times_of_other_zones_are_written_in_utc() -> None:
    lagos = AT.astimezone(timezone(timedelta(hours=1)))
    there = CalendarEntry(uid="1", starts_at=lagos, ends_at=lagos, title="x")

    assert "DTSTART:20261207T180000Z" in calendar_file("IA", [there], now=lagos)


def test_a_place_can_not_add_a_line() -> None:
    lines = unfolded(
        calendar_file("IA", [entry(place="Salle 1, 2; \\ fin\r\nATTENDEE:mailto:x")], now=AT)
    )

    assert "LOCATION:Salle 1\\, 2\\; \\\\ fin\\nATTENDEE:mailto:x" in lines
    assert not [line for line in lines if line.startswith("ATTENDEE")]


def test_what_is_called_off_says_so() -> None:
    off = CalendarEntry(uid="1", starts_at=AT, ends_at=AT, title="x", cancelled=True)

    assert "STATUS:CANCELLED" in calendar_file("IA", [off], now=AT)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_lines_are_short_and_no_character_is_cut(title: str) -> None:
    file = calendar_file(title, [entry(title=title)], now=AT)

    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    assert file.encode().decode() == file
