"""GIFT, written; what it has no sign for is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nador.assessment.questions import parse
from nador.assessment.questions.door import percent
from nador.assessment.questions.essay import Essay
from nador.assessment.questions.formats.report import (
    Leaving,
    LeftOut,
    NotCarried,
    Writing,
)
from nador.assessment.questions.matching import Matching
from nador.assessment.questions.multiple import MultipleChoice, PartialCredit
from nador.assessment.questions.numerical import Numerical, written
from nador.assessment.questions.patterns import Compare
from nador.assessment.questions.short import ShortAnswer
from nador.assessment.questions.single import SingleChoice
from nador.assessment.questions.true_false import TrueFalse
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from nador.assessment.questions.base import Question
    from nador.assessment.questions.texts import Text

_NOTED: Final = re.compile(r"[\]\\]")
_BEFORE: Final = r"\\\g<0>"
_SIGNS: Final = re.compile(r"[\\~=#{}:]")


def write(leaving: Iterable[Leaving]) -> Writing:
    """Write questions as a GIFT file, with what it could not carry."""
    done = Writing()
    blocks: list[str] = []
    path: tuple[str, ...] = ()
    for each in leaving:
        question = parse(each.content)
        try:
            block = _block(each, question)
        except Invalid as reason:
            done.refused.append((each.name, reason))
            continue
        if each.path != path:
            blocks.append(f"$CATEGORY: {category(each.path)}")
            path = each.path
        blocks.append(block)
        lost = _lost(question)
        if any(name != name.strip("/") for name in each.path):
            lost.append("category /")
        done.remarks += [(each.name, LeftOut(what=what)) for what in lost]
    done.text = "\n\n".join(blocks) + "\n" if blocks else ""
    return done


def category(path: Iterable[str]) -> str:
    """Write a path of categories; a slash at the edge of a name has no place in it."""
    return "/".join(name.strip("/").replace("/", "//") or "-" for name in path) or "top"


def _block(each: Leaving, question: Question) -> str:
    tags = " ".join(f"[tag:{_NOTED.sub(_BEFORE, tag)}]" for tag in each.tags)
    answers = _answers(question)
    explanation = f" ####{_text(question.explanation)}" if question.explanation else ""
    title = _escaped(each.name)
    head = f"::{title}::[markdown]{_escaped(question.prompt.source)} "
    return (f"// {tags}\n" if tags else "") + f"{head}{{{answers}{explanation}}}"


def _lost(question: Question) -> list[str]:
    """Name what the format has no sign for."""
    lost = []
    if question.points != 1:
        lost.append("points")
    lost += [name for name in ("if_right", "if_partly", "if_wrong") if getattr(question, name)]
    if any(text.language != question.language for text in question.texts()):
        lost.append("language")
    if question.files:
        lost.append("files")
    match question:
        case SingleChoice() | MultipleChoice() | Matching() if not question.shuffle:
            lost.append("shuffle")
        case ShortAnswer() if question.compare is Compare.EXACT:
            lost.append("compare")
        case Numerical():
            lost += ["units"] if question.units else []
            lost += ["unit_penalty"] if question.unit_penalty else []
        case Essay():
            plain = Essay.parse(
                {"kind": "essay", "language": question.language, "prompt": question.prompt.source}
            )
            lost += [
                name
                for name in ("guide", "beginning", "lines", "least_words", "most_words")
                if getattr(question, name) != getattr(plain, name)
            ]
        case _:
            pass
    return lost


def _answers(question: Question) -> str:
    match question:
        case SingleChoice() | MultipleChoice():
            return _choices(question)
        case TrueFalse():
            return _true_false(question)
        case ShortAnswer():
            return _short(question)
        case Numerical():
            return "#" + " ".join(_target(question))
        case Matching():
            return _matching(question)
        case Essay():
            return ""
        case _:
            raise NotCarried(what=question.kind)


def _choices(question: SingleChoice | MultipleChoice) -> str:
    if isinstance(question, SingleChoice):
        answers = [
            _answer(option.credit, _text(option.text), option.feedback)
            for option in question.options
        ]
        if all(option.credit == 1 for option in question.options):
            # Right answers alone would be read as a short answer's.
            answers[-1] = f"~%100%{answers[-1].removeprefix('=').removeprefix('%100%')}"
        return " ".join(answers)
    if question.partial is PartialCredit.NOTHING:
        raise NotCarried(what=PartialCredit.NOTHING.value)
    return " ".join(
        f"~%{percent(option.credit)}%{_text(option.text)}{_feedback(option.feedback)}"
        for option in question.options
    )


def _answer(credit: Fraction, text: str, feedback: Text | None) -> str:
    if credit == 1:
        return f"={'%100%' if text.startswith('%') else ''}{text}{_feedback(feedback)}"
    weight = f"%{percent(credit)}%" if credit or text.startswith("%") else ""
    return f"~{weight}{text}{_feedback(feedback)}"


def _true_false(question: TrueFalse) -> str:
    right, wrong = question.feedback_true, question.feedback_false
    if not question.right:
        right, wrong = wrong, right
    said = (
        f"#{_text(wrong) if wrong else ''}#{_text(right) if right else ''}"
        if right or wrong
        else ""
    )
    return ("TRUE" if question.right else "FALSE") + said


def _short(question: ShortAnswer) -> str:
    answers = []
    for each in question.answers:
        if "->" in each.pattern:
            raise NotCarried(what="->")
        weight = f"%{percent(each.credit)}%"
        answers.append(f"={weight}{_escaped(each.pattern)}{_feedback(each.feedback)}")
    return " ".join(answers)


def _target(question: Numerical) -> Iterable[str]:
    for each in question.answers:
        said = _feedback(each.feedback)
        if each.value is None:
            yield f"=%{percent(each.credit)}%*{said}"
        else:
            yield f"=%{percent(each.credit)}%{written(each.value)}:{written(each.tolerance)}{said}"


def _matching(question: Matching) -> str:
    said = {choice.id: choice.text for choice in question.choices}
    used = {pair.choice for pair in question.pairs}
    texts = [pair.text for pair in question.pairs]
    if any("->" in text.source for text in texts):
        raise NotCarried(what="->")
    pairs = [f"={_text(pair.text)} -> {_text(said[pair.choice])}" for pair in question.pairs]
    others = [f"= -> {_text(each.text)}" for each in question.choices if each.id not in used]
    return " ".join(pairs + others)


def _feedback(text: Text | None) -> str:
    return f"#{_text(text)}" if text else ""


def _text(text: Text) -> str:
    """Write a part: one that begins like a format says its own, so that it isn't read as one."""
    source = _escaped(text.source)
    return f"[markdown]{source}" if source.startswith("[") else source


def _escaped(source: str) -> str:
    return _SIGNS.sub(_BEFORE, source).replace("\n", "\\n")
