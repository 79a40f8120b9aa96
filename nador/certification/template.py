"""What staff decide about a sheet: its words, languages, signatories and looks.

A template version stores it as JSON, and a used version never changes: together with the facts
it is all that a document is drawn from. A certificate names its version, so its facts need not
repeat any of this. What is left out is as on the bundled sheet.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Self

from nador.certification.facts import Kind, Words
from nador.kernel.errors import Invalid

LANGUAGES: Final = ("ar", "fr", "en")
MOST_SIGNATORIES: Final = 3
MOST_LETTERS: Final = 300
"""Of one text in one language."""


class Frame(StrEnum):
    """What is drawn around the sheet."""

    STARS = "stars"
    RULES = "rules"
    NONE = "none"


class Accent(StrEnum):
    """The colour of frame, heading and code; each can be read on white."""

    GREEN = "green"
    BLUE = "blue"
    RED = "red"
    BROWN = "brown"
    GREY = "grey"


class Annex(StrEnum):
    """Whether a supplement stands on a second page, and whether it tells the marks."""

    NONE = "none"
    WITHOUT_MARKS = "without_marks"
    WITH_MARKS = "with_marks"


class Media(StrEnum):
    """The two kinds of pictures that a sheet may carry."""

    PNG = "png"
    SVG = "svg"


class BadPicture(Invalid):
    """An uploaded picture can't stand on a sheet: `detail` says why, `name` what of it."""

    code = "bad_picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo or a signature, by the hash under which its cleaned bytes are kept.

    Width and height are in any one unit: only their ratio counts.
    """

    sha256: str
    media: Media
    width: float
    height: float

    @property
    def name(self) -> str:
        """What the sheet calls it by."""
        return f"{self.sha256}.{self.media.value}"


@dataclass(frozen=True, slots=True)
class OnSheet:
    """One who signs: names in both scripts, office, and perhaps a picture of the signature."""

    latin: str
    arabic: str
    office: Words
    signature: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The words between the facts; an empty one is as on the bundled sheet.

    Each may name facts in braces, such as ``{hours}``: PLACEHOLDERS says which.
    ``day`` stands in place of ``period`` where all happened on one day, ``mention`` where
    there is one, ``until`` where the document ends.
    """

    heading: Words
    awarded: Words
    followed: Words
    hours: Words
    period: Words
    day: Words
    mention: Words
    place: Words
    until: Words
    check: Words


SLOTS: Final = tuple(one.name for one in fields(Texts))

_ANYWHERE: Final = frozenset(
    {"holder", "title", "hours", "starts", "ends", "issued", "institute", "city"}
)
PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    slot: _ANYWHERE
    | ({"mention"} if slot == "mention" else frozenset())
    | ({"expires"} if slot == "until" else frozenset())
    for slot in SLOTS
}
"""Which facts a text may name: only those that are there wherever the text is."""
LINES: Final[Mapping[str, int]] = {"check": 2}
"""How many lines a text may have; one where nothing is said."""
_BRACED: Final = re.compile(r"\{([^{}]*)\}")


_COMMON: Final = {
    "hours": Words(ar="{hours}", fr="{hours}", en="{hours}"),
    "period": Words(
        ar="من {starts} إلى {ends}",
        fr="du {starts} au {ends}",
        en="from {starts} to {ends}",
    ),
    "day": Words(ar="يوم {ends}", fr="le {ends}", en="on {ends}"),
    "mention": Words(ar="بميزة {mention}", fr="mention {mention}", en="with the mention {mention}"),
    "place": Words(
        ar="حُرّر ب{city} في {issued}",
        fr="Fait à {city}, le {issued}",
        en="Issued at {city} on {issued}",
    ),
    "until": Words(
        ar="صالحة إلى غاية {expires}",
        fr="Valable jusqu’au {expires}",
        en="Valid until {expires}",
    ),
    "check": Words(
        ar="للتحقق: امسحوا رمز الاستجابة السريعة، أو افتحوا العنوان المجاور.\nالسجل الإلكتروني هو المرجع.",
        fr="Pour vérifier\N{NO-BREAK SPACE}: scannez le code QR, ou ouvrez l’adresse ci-contre.\nLe registre en ligne fait foi.",
        en="To check: scan the QR code, or open the address beside it.\nThe online register prevails.",
    ),
}
BUNDLED: Final[Mapping[Kind, Texts]] = {
    Kind.CERTIFICAT: Texts(
        heading=Words(
            ar="شهادة نجاح", fr="Certificat de réussite", en="Certificate of achievement"
        ),
        awarded=Words(ar="تُمنح هذه الشهادة إلى", fr="est décerné à", en="is awarded to"),
        followed=Words(
            ar="على إثر اجتياز التكوين بنجاح",
            fr="pour avoir suivi et validé la formation",
            en="who followed and passed the course",
        ),
        **_COMMON,
    ),
    Kind.ATTESTATION: Texts(
        heading=Words(ar="شهادة حضور", fr="Attestation de présence", en="Statement of attendance"),
        awarded=Words(ar="تُسلَّم هذه الشهادة إلى", fr="est délivrée à", en="is given to"),
        followed=Words(
            ar="على إثر حضور التكوين",
            fr="pour avoir suivi la formation",
            en="who attended the course",
        ),
        **_COMMON,
    ),
}
OF_PROGRAMMES: Final[Mapping[Kind, Mapping[str, Words]]] = {
    Kind.CERTIFICAT: {
        "followed": Words(
            ar="على إثر اجتياز البرنامج بنجاح",
            fr="pour avoir suivi et validé le programme",
            en="who completed the programme",
        )
    },
    Kind.ATTESTATION: {
        "followed": Words(
            ar="على إثر حضور البرنامج",
            fr="pour avoir suivi le programme",
            en="who attended the programme",
        )
    },
}
"""What the bundled sheet says in other words where it is about a programme and not a course."""
UNCHANGED: Final = Texts(**{slot: Words(ar="", fr="", en="") for slot in SLOTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOptions:
    """Everything that a template version decides; left alone, it is the bundled sheet.

    ``frame`` and ``accent`` None: as suits the kind of document. No ``signatories``: the
    institute's own. ``valid_months`` None: the document never ends.
    """

    languages: tuple[str, ...] = LANGUAGES
    tifinagh: bool = True
    texts: Texts = UNCHANGED
    logo: Picture | None = None
    signatories: tuple[OnSheet, ...] = ()
    frame: Frame | None = None
    accent: Accent | None = None
    show_mention: bool = True
    show_hours: bool = True
    show_dates: bool = True
    valid_months: int | None = None
    supplement: Annex = Annex.NONE

    def text(self, slot: str, language: str, *, kind: Kind, programme: bool = False) -> str:
        """Return a text of the sheet, the bundled one where it was left alone."""
        written: str = getattr(getattr(self.texts, slot), language)
        usual = getattr(BUNDLED[kind], slot)
        bundled = OF_PROGRAMMES[kind].get(slot, usual) if programme else usual
        return written or str(getattr(bundled, language))

    @property
    def names_holder(self) -> bool:
        """Whether a text beside the names says the holder's name: then nothing is common to a run."""
        return any(
            "holder" in placeholders(getattr(getattr(self.texts, slot), language))
            for slot in SLOTS
            for language in self.languages
        )

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Every picture of the sheet."""
        signatures = (one.signature for one in self.signatories)
        return tuple(one for one in (self.logo, *signatures) if one)

    def to_dict(self) -> dict[str, Any]:
        """Write the options as primitives that JSON can hold."""
        said = asdict(self)
        return said | {
            "languages": list(self.languages),
            "signatories": [asdict(one) for one in self.signatories],
        }

    def to_json(self) -> str:
        """Write the options in their one canonical form."""
        return _written(self)

    @property
    def edition(self) -> str:
        """Name exactly these options: who saves says by it what they had read."""
        return sha256(self.to_json().encode()).hexdigest()[:16]

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Read options back; raises TypeError for one that this code does not know."""
        said = dict(stored)
        for name, read in _READ.items():
            if said.get(name) is not None:
                said[name] = read(said[name])
        return cls(**said)


@lru_cache(maxsize=64)  # asked for each certificate of a run
def _written(options: TemplateOptions) -> str:
    return json.dumps(options.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def placeholders(text: str) -> Iterator[str]:
    """Name the facts that a text names in braces, right or wrong."""
    return (found.group(1) for found in _BRACED.finditer(text))


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text at its placeholders: each piece, and whether it is the name of a fact."""
    for place, piece in enumerate(_BRACED.split(text)):
        if piece:
            yield piece, bool(place % 2)


def stray_brace(text: str) -> bool:
    """Tell whether a brace is left over that belongs to no placeholder."""
    return bool(re.search(r"[{}]", _BRACED.sub("", text)))


class FlawKind(StrEnum):
    """What can be wrong with a text of a sheet."""

    NO_LANGUAGE = "no_language"
    UNKNOWN_FACT = "unknown_fact"
    STRAY_BRACE = "stray_brace"
    TOO_LONG = "too_long"
    TOO_MANY_LINES = "too_many_lines"
    NAMELESS = "nameless"
    UNPRINTABLE = "unprintable"
    CROWDED = "crowded"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with which text in which language; ``detail`` is the letter or the placeholder."""

    kind: FlawKind
    slot: str = ""
    language: str = ""
    detail: str = ""


class TemplateFlawed(Invalid):
    """A sheet can't be drawn as it is: `kind`, `slot`, `language` and `detail` of its first flaw."""

    code = "template_flawed"

    def __init__(self, flaw: Flaw, **params: Any) -> None:
        self.flaw = flaw
        super().__init__(
            **{
                **asdict(flaw),
                "kind": flaw.kind.value,
                # What a batch keeps of a refusal.
                "name": f"{flaw.slot}:{flaw.language}",
                **params,
            }
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.flaw,)


def flaws_of(options: TemplateOptions) -> list[Flaw]:
    """List what is wrong with the options themselves, whoever the holder is."""
    if not options.languages:
        return [Flaw(FlawKind.NO_LANGUAGE)]
    return [
        *(
            flaw
            for slot in SLOTS
            for language in options.languages
            for flaw in _flaws_in(slot, language, getattr(getattr(options.texts, slot), language))
        ),
        *(
            Flaw(FlawKind.NAMELESS, "signatory")
            for one in options.signatories
            if not one.latin and not one.arabic
        ),
    ]


def _flaws_in(slot: str, language: str, text: str) -> Iterator[Flaw]:
    for name in placeholders(text):
        if name not in PLACEHOLDERS[slot]:
            yield Flaw(FlawKind.UNKNOWN_FACT, slot, language, name)
    if stray_brace(text):
        yield Flaw(FlawKind.STRAY_BRACE, slot, language)
    if len(text) > MOST_LETTERS:
        yield Flaw(FlawKind.TOO_LONG, slot, language, str(MOST_LETTERS))
    if text.count("\n") >= LINES.get(slot, 1):
        yield Flaw(FlawKind.TOO_MANY_LINES, slot, language, str(LINES.get(slot, 1)))


def specimen_expiry(options: TemplateOptions) -> date | None:
    """Say until when a specimen is valid: a long day, where documents of this template end."""
    return date(2028, 9, 30) if options.valid_months else None


def _picture(said: Mapping[str, Any]) -> Picture:
    return Picture(**{**said, "media": Media(said["media"])})


def _signatory(said: Mapping[str, Any]) -> OnSheet:
    signature = said.get("signature")
    return OnSheet(
        latin=said["latin"],
        arabic=said["arabic"],
        office=Words(**said["office"]),
        signature=_picture(signature) if signature else None,
    )


_READ: Final[Mapping[str, Any]] = {
    "languages": tuple,
    "texts": lambda said: Texts(**{slot: Words(**words) for slot, words in said.items()}),
    "logo": _picture,
    "signatories": lambda said: tuple(map(_signatory, said)),
    "frame": Frame,
    "accent": Accent,
    "supplement": Annex,
}


@dataclass(frozen=True, slots=True)
class Design:
    """A template version as it is drawn: what it decides, and who reads its pictures by their hash."""

    options: TemplateOptions
    read: Callable[[str], bytes] = field(compare=False)

    def pictures(self) -> dict[str, bytes]:
        """Read every picture of the sheet, by the name that the sheet calls it by."""
        return {one.name: self.read(one.sha256) for one in self.options.pictures}


def _no_picture(sha256: str) -> bytes:
    raise FileNotFoundError(sha256)


PLAIN: Final = Design(TemplateOptions(), _no_picture)
"""The bundled sheet."""
