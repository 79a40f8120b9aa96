"""Lays out the supplement: what the course was, in three columns, and how the result was reached.

Like the sheet it is HTML of escaped primitives, each line broken here and not by WeasyPrint: so
the size at which everything fits one page is known before anything is drawn.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, Final

from nador.certification.facts import CertificateFacts, Skill, Supplement, Words
from nador.certification.pdf.fit import POINTS_PER_MM, Box, Fitted, advance, fit
from nador.certification.pdf.printable import require_printable
from nador.certification.pdf.sheet import Part, template
from nador.certification.template import Accent
from nador.kernel.errors import Invalid

LANGUAGES: Final = ("fr", "en", "ar")

# Millimetres from the trim.
_BOTTOM, _WIDTH = 196.0, 83.0
_ASSESSMENTS_TOP, _ROW = 52.0, 6.2
_TITLE_WIDTH = {"fr": 72.0, "en": 68.0, "ar": 75.0}
_SIZES: Final = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
"""Points of Latin letters; Arabic ones are set a little larger, to look alike."""
_ARABIC_LARGER: Final = 1.14
_LEADING: Final = {"fr": 1.3, "en": 1.3, "ar": 1.45}


class SupplementTooLong(Invalid):
    """So much is said of the course that it fits no page in letters that can be read."""

    code = "supplement_too_long"


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph of a column: how it looks, and its lines."""

    look: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """One language's blocks, set at one size in points."""

    language: str
    size: float
    leading: float
    blocks: tuple[_Block, ...]

    @property
    def height(self) -> float:
        """Millimetres from the first line to the last."""
        lines = sum(_scale(block.look) * len(block.lines) for block in self.blocks)
        gaps = sum(_above(block.look) for block in self.blocks)
        return (lines * self.leading + gaps) * self.size / POINTS_PER_MM


def compose_supplement(
    facts: CertificateFacts, part: Part = Part.WHOLE, *, accent: Accent = Accent.GREEN
) -> str:
    """Write a certificate's supplement as HTML; raises Unprintable, SupplementTooLong."""
    require_printable(facts)
    return template("certificates/supplement.html").render(
        _said(facts), part=part.value, accent=accent.value
    )


def without_marks(supplement: Supplement) -> Supplement:
    """Blank what differs within a run."""
    return replace(
        supplement,
        assessments=tuple(
            replace(one, mark="-" if supplement.of_courses and one.mark else None)
            for one in supplement.assessments
        ),
        final=replace(supplement.final, mark="-") if supplement.final else None,
    )


def _said(facts: CertificateFacts) -> dict[str, Any]:
    supplement = facts.supplement
    if supplement is None:
        message = "the certificate has no supplement"
        raise ValueError(message)
    shared = _shared(without_marks(supplement), facts.title, facts.skills)
    return {
        **shared,
        "kind": facts.kind.value,
        "institute": asdict(facts.issuer.names),
        "code": facts.code,
        "number": facts.number,
        "holder": _holder(facts),
        "marks": [_mark(one.mark, one.out_of) for one in supplement.assessments]
        if _has_marks(supplement)
        else [],
        "of_courses": supplement.of_courses,
        "final": _mark(supplement.final.mark, supplement.final.scale) if supplement.final else None,
    }


def has_room(supplement: Supplement, title: Words, skills: tuple[Skill, ...]) -> bool:
    """Whether all of it fits the page in letters that can be read."""
    try:
        _shared(without_marks(supplement), title, skills)
    except SupplementTooLong:
        return False
    return True


def _has_marks(supplement: Supplement) -> bool:
    if supplement.of_courses:
        return any(one.mark for one in supplement.assessments)
    return supplement.final is not None


def _mark(mark: str | None, out_of: str) -> str:
    return f"{mark} / {out_of}" if mark else "–"


def _holder(facts: CertificateFacts) -> dict[str, Any]:
    """Set both names on one line, at the largest size that lets them."""
    latin, arabic = facts.holder_latin or "", facts.holder_arabic or ""
    width = advance(latin) + advance(arabic, arabic=True) + (2.0 if latin and arabic else 0.0)
    size = min(13.0, 255 * POINTS_PER_MM / width if width else 13.0)
    return {"la": latin, "ar": arabic, "size": round(size - 0.05, 1)}


@lru_cache(maxsize=32)  # the same for a whole run
def _shared(supplement: Supplement, title: Words, skills: tuple[Skill, ...]) -> dict[str, Any]:
    rows = [
        {
            "top": _ASSESSMENTS_TOP + _ROW * (place + 1),
            "weight": f"{one.weight}\N{NO-BREAK SPACE}{'h' if supplement.of_courses else '%'}",
            **{language: _plain(_cell(one.title, one.method, language)) for language in LANGUAGES},
        }
        for place, one in enumerate(supplement.assessments)
    ]
    last = _ASSESSMENTS_TOP + _ROW * (len(rows) + 1)
    below = last + (_ROW if supplement.final else 0) + 3 if rows else _ASSESSMENTS_TOP - 2
    return {
        "rows": rows,
        "head_top": _ASSESSMENTS_TOP,
        "last_top": last,
        "columns_top": below,
        "columns": [asdict(one) for one in _columns(supplement, title, skills, _BOTTOM - below)],
    }


def _cell(title: Words, method: Words, language: str) -> Fitted:
    said, how = getattr(title, language), getattr(method, language)
    text = f"{said} ({how})" if how.casefold() not in said.casefold() else said
    return fit(
        text,
        Box(0, _ROW, _TITLE_WIDTH[language], 9.5, 1.25, one_line_from=4),
        arabic=language == "ar",
    )


def _plain(fitted: Fitted) -> dict[str, Any]:
    return asdict(fitted)


def _columns(
    supplement: Supplement, title: Words, skills: tuple[Skill, ...], height: float
) -> list[_Column]:
    """Choose the largest size at which every language fits the height."""
    for size in _SIZES:
        columns = [
            _column(supplement, title, skills, language=language, size=size)
            for language in LANGUAGES
        ]
        if all(column.height <= height for column in columns):
            return columns
    raise SupplementTooLong


def _column(
    supplement: Supplement, title: Words, skills: tuple[Skill, ...], *, language: str, size: float
) -> _Column:
    own = size * (_ARABIC_LARGER if language == "ar" else 1)
    blocks = (
        _Block(look, tuple(_wrapped(text, own * _scale(look), arabic=language == "ar")))
        for look, text in _texts(supplement, title, skills, language)
    )
    return _Column(language, round(own, 2), _LEADING[language], tuple(blocks))


def _texts(
    supplement: Supplement, title: Words, skills: tuple[Skill, ...], language: str
) -> Iterator[tuple[str, str]]:
    """Say everything in one language, paragraph by paragraph, each with its look."""
    # The Arabic face keeps its dashes far behind: one of them would cost a kilobyte.
    dash = "" if language == "ar" else "\N{EN DASH}\N{NO-BREAK SPACE}"
    yield "title", getattr(title, language)
    for fact in supplement.about:
        yield "fact", getattr(fact, language)
    outcomes = getattr(supplement.outcomes, language)
    if outcomes:
        yield "head", _HEADS["outcomes"][language]
        for outcome in outcomes:
            yield "item", f"{dash}{outcome}"
    if skills:
        yield "head", _HEADS["skills"][language]
        for skill in skills:
            yield "item", f"{dash}{getattr(skill.name, language)}"
            # A code is the same in every language; once is enough.
            if skill.esco and language == "en":
                yield "code", f"ESCO {skill.esco.rpartition('/')[2]}"
    yield "head", _HEADS["result"][language]
    yield "item", getattr(supplement.result, language)


_HEADS: Final = {
    "outcomes": {"ar": "مكتسبات التعلّم", "fr": "Acquis d’apprentissage", "en": "Learning outcomes"},
    "skills": {"ar": "المهارات", "fr": "Compétences", "en": "Skills"},
    "result": {
        "ar": "كيفية الوصول إلى النتيجة",
        "fr": "Comment le résultat est obtenu",
        "en": "How the result was reached",
    },
}


def _scale(look: str) -> float:
    return {"title": 1.2, "head": 1.0, "code": 0.8}.get(look, 1.0)


def _above(look: str) -> float:
    """Ems of room above a paragraph."""
    return {"head": 0.7, "item": 0.3}.get(look, 0.1)


def _wrapped(text: str, size: float, *, arabic: bool) -> Iterator[str]:
    """Break a text at its blanks, as full as each line gets."""
    room = _WIDTH * POINTS_PER_MM / size
    blank = advance(" ", arabic=arabic, plain=True)
    line: list[str] = []
    used = 0.0
    for word in text.split(" "):
        wide = advance(word, arabic=arabic, plain=True)
        if line and used + blank + wide > room:
            yield " ".join(line)
            line, used = [], 0.0
        used += wide + (blank if line else 0)
        line.append(word)
    yield " ".join(line)
