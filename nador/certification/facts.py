"""What a certificate says: a snapshot of primitives, frozen when it is issued.

The facts are stored as JSON and are all that the PDF and the public page ever read:
a later change of a profile, a course or the institute changes no issued certificate.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from nador.kernel.errors import Invalid

VERSION = 3
"""2: what the credential says besides the paper. 3: the supplement. Older ones say nothing of it."""

_READABLE = (1, 2, VERSION)


class Kind(StrEnum):
    """The two documents that an institute issues."""

    CERTIFICAT = "certificat"
    ATTESTATION = "attestation"


class NobodyNamed(Invalid):
    """Neither the Latin nor the Arabic name of the holder is known."""

    code = "nobody_named"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the three languages of the sheet."""

    ar: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class InstituteNames:
    """The institute's name in four scripts; an institute may have none in Tifinagh."""

    ar: str
    fr: str
    en: str
    zgh: str = ""


@dataclass(frozen=True, slots=True)
class Signatory:
    """The person whose name stands under the certificate, and their office."""

    latin: str
    arabic: str
    title: Words


@dataclass(frozen=True, slots=True)
class Issuer:
    """The institute as it was when it issued."""

    names: InstituteNames
    city: Words
    signatory: Signatory
    authority: Words | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill that was taught, with its address in ESCO where it has one."""

    name: Words
    esco: str | None = None


@dataclass(frozen=True, slots=True)
class Sentences:
    """Some sentences in each language; a language may have more of them than another."""

    ar: tuple[str, ...]
    fr: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment of the course: how it was assessed, and its weight in per cent, as 33.33.

    On a programme's supplement it is one of its courses, how that was assessed, and its hours.
    ``mark`` is the holder's, as 15.50, where marks were asked for and there is one.
    """

    title: Words
    method: Words
    weight: str
    out_of: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class FinalMark:
    """What it came to, out of ``scale``."""

    mark: str
    scale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """What a second page says of the course, and of the marks only where ``final`` is there.

    ``about`` is one line for each thing worth knowing: level, hours, language, mode. ``result``
    is how the result was reached. ``of_courses``: it is a programme's, and ``assessments`` are its
    courses. No name stands in it.
    """

    about: tuple[Words, ...]
    outcomes: Sentences
    assessments: tuple[Assessed, ...]
    result: Words
    final: FinalMark | None = None
    of_courses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Everything that one certificate says.

    ``hours`` are whole hours. ``verify_url`` is the absolute address in the QR code.
    ``language`` is the one that was taught in, ``course`` the code of what was taught, and
    ``criteria`` what one had to do; only the credential says these, and the skills, which the
    supplement says too. Where it was a programme, ``programme`` is its code instead, and
    ``courses`` are the codes of its courses.
    Raises NobodyNamed when neither name of the holder is given.
    """

    code: str
    number: str
    kind: Kind
    title: Words
    hours: int
    starts_on: date
    ends_on: date
    issued_on: date
    issuer: Issuer
    verify_url: str
    holder_latin: str | None = None
    holder_arabic: str | None = None
    mention: Words | None = None
    expires_on: date | None = None
    language: str = ""
    course: str = ""
    programme: str = ""
    courses: tuple[str, ...] = ()
    criteria: Words | None = None
    skills: tuple[Skill, ...] = ()
    supplement: Supplement | None = None

    def __post_init__(self) -> None:
        if not self.holder_latin and not self.holder_arabic:
            raise NobodyNamed(field="name_latin")

    def to_json(self) -> str:
        """Write the facts in their one canonical form: sorted keys, no blanks, ISO dates."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """Write the facts as primitives that JSON can hold."""
        said = {"version": VERSION, **asdict(self)}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in said.items()
        }

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read facts back; raises ValueError for a version that this code does not know."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Read facts back from primitives; raises ValueError for an unknown version."""
        said = dict(facts)
        version = said.pop("version", None)
        if version not in _READABLE:
            message = f"certificate facts of version {version!r} cannot be read"
            raise ValueError(message)
        expires_on, mention = said.pop("expires_on"), said.pop("mention")
        criteria, skills = said.pop("criteria", None), said.pop("skills", ())
        courses = said.pop("courses", ())
        supplement = said.pop("supplement", None)
        return cls(
            kind=Kind(said.pop("kind")),
            title=Words(**said.pop("title")),
            starts_on=date.fromisoformat(said.pop("starts_on")),
            ends_on=date.fromisoformat(said.pop("ends_on")),
            issued_on=date.fromisoformat(said.pop("issued_on")),
            expires_on=date.fromisoformat(expires_on) if expires_on else None,
            mention=Words(**mention) if mention else None,
            criteria=Words(**criteria) if criteria else None,
            skills=tuple(Skill(Words(**one["name"]), esco=one["esco"]) for one in skills),
            courses=tuple(courses),
            issuer=_issuer(said.pop("issuer")),
            supplement=_supplement(supplement) if supplement else None,
            **said,
        )


def _issuer(said: dict[str, Any]) -> Issuer:
    signatory, authority = said["signatory"], said["authority"]
    return Issuer(
        names=InstituteNames(**said["names"]),
        city=Words(**said["city"]),
        authority=Words(**authority) if authority else None,
        signatory=Signatory(
            latin=signatory["latin"],
            arabic=signatory["arabic"],
            title=Words(**signatory["title"]),
        ),
    )


def _supplement(said: Mapping[str, Any]) -> Supplement:
    return Supplement(
        about=tuple(Words(**one) for one in said["about"]),
        outcomes=Sentences(**{name: tuple(some) for name, some in said["outcomes"].items()}),
        assessments=tuple(
            Assessed(**{**one, "title": Words(**one["title"]), "method": Words(**one["method"])})
            for one in said["assessments"]
        ),
        result=Words(**said["result"]),
        final=FinalMark(**said["final"]) if said["final"] else None,
        of_courses=said.get("of_courses", False),
    )
