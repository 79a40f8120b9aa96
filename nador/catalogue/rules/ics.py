"""A calendar file (RFC 5545): UTC times, folded lines, escaped texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_OCTETS: Final = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One event of a calendar; `uid` names it for ever, so that a moved one moves everywhere."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str = ""
    description: str = ""
    cancelled: bool = False
    sequence: int = 0
    """Greater each time that the event was moved."""


def calendar_file(name: str, entries: Iterable[CalendarEntry], *, now: datetime) -> str:
    """Write the calendar, its lines ended by CR LF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Nador//Courses//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for entry in entries:
        lines += _event(entry, now=now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(entry: CalendarEntry, *, now: datetime) -> list[str]:
    optional = {"LOCATION": entry.place, "DESCRIPTION": entry.description}
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{_instant(now)}",
        *([f"SEQUENCE:{entry.sequence}"] if entry.sequence else []),
        f"DTSTART:{_instant(entry.starts_at)}",
        f"DTEND:{_instant(entry.ends_at)}",
        f"SUMMARY:{_escaped(entry.title)}",
        *[f"{name}:{_escaped(text)}" for name, text in optional.items() if text],
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,")):
        text = text.replace(sign, instead)
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """Cut a line after at most 75 octets, never inside a character; the rest begins with a blank."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part
