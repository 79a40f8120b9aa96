"""Numerical: a number within a tolerance, in one of several units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from nador.assessment.questions import refusals
from nador.assessment.questions.base import FULL, NONE, Answer, Question, Raw, Shown, typed
from nador.assessment.questions.door import dumped
from nador.assessment.questions.numbers import read_measure
from nador.assessment.questions.texts import Text, plain
from nador.kernel.i18n import msgid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nador.assessment.questions.door import Door
    from nador.kernel.i18n import Translator

ANSWER_LIMIT: Final = 100
LARGEST: Final = Decimal("1e30")
SMALLEST: Final = Decimal("1e-30")
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Target:
    """A value with its tolerance on both sides, or any number at all (`value` is None)."""

    value: Decimal | None
    tolerance: Decimal
    credit: Fraction
    feedback: Text | None

    def holds(self, number: Fraction) -> bool:
        """Tell whether the number is near enough; the bounds belong to it."""
        return self.value is None or abs(number - Fraction(self.value)) <= Fraction(self.tolerance)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, and how many of it make one of the unit in which the targets are written."""

    name: str
    per_base: Decimal


@dataclass(frozen=True, slots=True)
class ShownNumerical(Shown):
    """The units that may be written behind the number."""

    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerical(Question):
    """A typed number: the first target that holds it decides."""

    kind: ClassVar[str] = "numerical"
    title: ClassVar[str] = msgid("Numerical answer")
    template: ClassVar[str] = "assessment/questions/numerical.html"

    answers: tuple[Target, ...]
    units: tuple[Unit, ...]
    unit_penalty: Fraction
    """What a missing or unknown unit takes from what the number earns; 0: the unit may be left out."""

    @classmethod
    def read_parts(cls, door: Door) -> dict[str, Any]:
        return {
            "answers": read_targets(door),
            "units": _read_units(door),
            "unit_penalty": _read_penalty(door),
        }

    def parts(self) -> dict[str, Any]:
        kept: dict[str, Any] = {"answers": dump_targets(self.answers, self.language)}
        if self.units:
            kept["units"] = [
                {"name": unit.name, "per_base": written(unit.per_base)} for unit in self.units
            ]
        if self.unit_penalty:
            kept["unit_penalty"] = str(self.unit_penalty)
        return kept

    def present(self, seed: int) -> ShownNumerical:
        units = tuple(unit.name for unit in self.units)
        return ShownNumerical(self.template, self.prompt, self.files, units)

    def read(self, raw: Raw) -> Answer:
        text = typed(raw, "text", limit=ANSWER_LIMIT)
        return {"text": text} if text else {}

    def grade(self, answer: Answer) -> Fraction:
        met, penalty = self._met(answer)
        if met is None:
            return NONE
        return met.credit * (FULL - penalty) if met.credit > 0 else met.credit

    def is_complete(self, answer: Answer) -> bool:
        text = answer.get("text")
        return isinstance(text, str) and read_measure(text) is not None

    def remarks(self, answer: Answer) -> tuple[Text, ...]:
        met, _ = self._met(answer)
        return (met.feedback,) if met and met.feedback else ()

    def right_answer(self, words: Translator) -> tuple[Text, ...]:
        unit = f" {self.units[0].name}" if self.units else ""
        return (plain(f"{say_best(self.answers, words)}{unit}", words.code),)

    def _met(self, answer: Answer) -> tuple[Target | None, Fraction]:
        """Find the target that holds the number, and what the unit costs."""
        text = answer.get("text")
        found = read_measure(text) if isinstance(text, str) else None
        if found is None:
            return None, NONE
        unit = next((each for each in self.units if each.name == found.unit), None)
        if found.unit and unit is None and not self.unit_penalty:
            # A unit that nobody asked for may be one in which the number is wrong.
            return None, NONE
        number = found.value / Fraction(unit.per_base) if unit else found.value
        penalty = self.unit_penalty if unit is None else NONE
        return next((each for each in self.answers if each.holds(number)), None), penalty


def written(value: Decimal) -> str:
    """Write a decimal in full, without needless zeros."""
    return f"{value.normalize():f}" if value else "0"


def say_best(targets: Sequence[Target], words: Translator) -> str:
    """Say the first target that earns everything, in the reader's digits and signs."""
    right = next(each for each in targets if each.credit == FULL and each.value is not None)
    value = words.number(right.value or Decimal(0))
    if not right.tolerance:
        return value
    return words.gettext(
        "%(value)s, give or take %(tolerance)s",
        value=value,
        tolerance=words.number(right.tolerance),
    )


def read_targets(door: Door) -> tuple[Target, ...]:
    """Take the targets from the door; one with a value earns everything."""
    targets = tuple(_target(each) for each in door.doors("answers", least=1))
    if not any(each.credit == FULL and each.value is not None for each in targets):
        raise refusals.NoRightAnswer(field=door.named("answers"))
    return targets


def _target(door: Door) -> Target:
    made = Target(
        value=_value(door),
        tolerance=door.decimal("tolerance", least=Decimal(0), most=LARGEST, default=Decimal(0)),
        credit=door.credit(default=FULL),
        feedback=door.maybe_text("feedback"),
    )
    door.close()
    return made


def _value(door: Door) -> Decimal | None:
    if door.peek("value") == ANY:
        door.take("value")
        return None
    return door.decimal("value", least=-LARGEST, most=LARGEST)


def dump_targets(targets: Sequence[Target], language: str) -> list[dict[str, Any]]:
    """Write the targets as `read_targets` takes them."""
    return [_dumped(each, language) for each in targets]


def _dumped(each: Target, language: str) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "value": ANY if each.value is None else written(each.value),
        "credit": str(each.credit),
    }
    if each.tolerance:
        kept["tolerance"] = written(each.tolerance)
    if each.feedback is not None:
        kept["feedback"] = dumped(each.feedback, language)
    return kept


def _read_units(door: Door) -> tuple[Unit, ...]:
    units = tuple(_unit(each) for each in door.doors("units"))
    seen: set[str] = set()
    for number, unit in enumerate(units, start=1):
        if unit.name in seen:
            raise refusals.PartTwice(field=f"{door.named('units')}.{number}.name")
        seen.add(unit.name)
    return units


def _unit(door: Door) -> Unit:
    name = door.line("name", limit=40)
    if not name:
        raise refusals.PartMissing(field=door.named("name"))
    per_base = door.decimal("per_base", least=SMALLEST, most=LARGEST, default=Decimal(1))
    door.close()
    return Unit(name, per_base)


def _read_penalty(door: Door) -> Fraction:
    penalty = door.credit("unit_penalty", default=NONE)
    if penalty < 0:
        raise refusals.NumberOutOfRange(field=door.named("unit_penalty"), least=0, most=1)
    return penalty
