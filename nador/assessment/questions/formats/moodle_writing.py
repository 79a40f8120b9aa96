"""Moodle XML, written; languages stand in xml:lang, which Moodle passes over."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nador.assessment.questions import parse
from nador.assessment.questions.cloze import Cloze
from nador.assessment.questions.door import percent
from nador.assessment.questions.essay import Essay
from nador.assessment.questions.file import FileQuestion
from nador.assessment.questions.formats import cloze
from nador.assessment.questions.formats.gift_writing import category
from nador.assessment.questions.formats.moodle import LANGUAGE, ORDERS, VERDICTS
from nador.assessment.questions.formats.report import LeftOut, NotCarried, Writing
from nador.assessment.questions.matching import Matching
from nador.assessment.questions.multiple import MultipleChoice, PartialCredit
from nador.assessment.questions.numerical import Numerical, written
from nador.assessment.questions.ordering import Ordering
from nador.assessment.questions.patterns import Compare
from nador.assessment.questions.short import Expected, ShortAnswer
from nador.assessment.questions.single import SingleChoice
from nador.assessment.questions.texts import Text
from nador.assessment.questions.true_false import TrueFalse
from nador.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from fractions import Fraction

    from nador.assessment.questions.base import Question
    from nador.assessment.questions.formats.report import Leaving
    from nador.assessment.questions.options import Option

_FLAGS: Final = {True: "true", False: "false"}


def write(leaving: Iterable[Leaving], image: Callable[[str], bytes | None]) -> Writing:
    """Write questions as Moodle XML; `image` gives the bytes of a stored file by its SHA-256."""
    done = Writing()
    quiz = Element("quiz")
    path: tuple[str, ...] = ()
    for each in leaving:
        question = parse(each.content)
        try:
            made = _Written(question, each, image)
        except Invalid as reason:
            done.refused.append((each.name, reason))
            continue
        if each.path != path:
            path = each.path
            shelf = SubElement(quiz, "question", {"type": "category"})
            _child(SubElement(shelf, "category"), "text", category(path))
        quiz.append(made.element)
        lost = made.lost + (["category /"] if any(n != n.strip("/") for n in path) else [])
        done.remarks += [(each.name, LeftOut(what=what)) for what in lost]
    # White space is only put between elements that hold no text.
    indent(quiz)
    done.text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(quiz, encoding="unicode") + "\n"
    )
    return done


def _child(parent: Element, name: str, text: str, **attrs: str) -> Element:
    made = SubElement(parent, name, attrs)
    made.text = text
    return made


class _Written:
    """One question as an element."""

    def __init__(
        self, question: Question, leaving: Leaving, image: Callable[[str], bytes | None]
    ) -> None:
        self.lost: list[str] = []
        self.question = question
        self.element = Element("question", {LANGUAGE: question.language})
        self._image = image
        _child(SubElement(self.element, "name"), "text", leaving.name)
        self.text(self.element, "questiontext", self._prompt())
        self.text(self.element, "generalfeedback", question.explanation)
        self.plain("defaultgrade", written(question.points))
        self.element.set("type", self._type())
        for name, ours in VERDICTS.items():
            self.text(self.element, name, getattr(question, ours))
        if leaving.tags:
            tags = SubElement(self.element, "tags")
            for tag in leaving.tags:
                _child(SubElement(tags, "tag"), "text", tag)

    def plain(self, name: str, text: str) -> None:
        """Add a child of plain text."""
        _child(self.element, name, text)

    def text(self, parent: Element, name: str, text: Text | None) -> Element:
        """Add a child with a Markdown text and the images that it shows."""
        made = SubElement(parent, name, {"format": "markdown"})
        self.fill(made, text)
        return made

    def fill(self, element: Element, text: Text | None) -> None:
        """Write a text into an element."""
        element.set("format", "markdown")
        source = text.source if text else ""
        if text and text.language != self.question.language:
            element.set(LANGUAGE, text.language)
        files = {file.name: file.sha256 for file in self.question.files}
        for name in dict.fromkeys(text.images() if text else ()):
            source = source.replace(f"]({name}", f"](@@PLUGINFILE@@/{name}")
            source = source.replace(f"](<{name}>", f"](@@PLUGINFILE@@/{name}")
            self._file(element, name, files[name])
        self._insert(element, source)

    def _insert(self, element: Element, source: str) -> None:
        made = Element("text")
        made.text = source
        element.insert(0, made)

    def _file(self, element: Element, name: str, digest: str) -> None:
        content = self._image(digest)
        if content is None:
            raise NotCarried(what=name)
        attrs = {"name": name, "path": "/", "encoding": "base64"}
        SubElement(element, "file", attrs).text = b64encode(content).decode()

    def _prompt(self) -> Text:
        question = self.question
        if isinstance(question, Cloze):
            source = cloze.write(question.prompt.source, question.gaps)
            return Text(source, question.prompt.language)
        return question.prompt

    def _type(self) -> str:  # noqa: C901, PLR0911 - each type has its own way
        match self.question:
            case SingleChoice() as question:
                self.plain("single", "true")
                return self._choices(question.options, shuffle=question.shuffle)
            case MultipleChoice() as question:
                return self._multiple(question)
            case TrueFalse() as question:
                return self._true_false(question)
            case ShortAnswer() as question:
                return self._short(question)
            case Numerical() as question:
                return self._numerical(question)
            case Matching() as question:
                return self._matching(question)
            case Ordering() as question:
                return self._ordering(question)
            case Cloze() as question:
                if any(text.language != question.language for text in question.texts()):
                    self.lost.append("language")
                return "cloze"
            case Essay() as question:
                return self._essay(question)
            case FileQuestion() as question:
                return self._files(question)
            case _:
                raise NotCarried(what=self.question.kind)

    def _answer(self, credit: Fraction, text: Text | str, feedback: Text | None) -> Element:
        made = SubElement(self.element, "answer", {"fraction": percent(credit)})
        if isinstance(text, Text):
            self.fill(made, text)
        else:
            made.set("format", "plain_text")
            _child(made, "text", text)
        self.text(made, "feedback", feedback)
        return made

    def _choices(self, options: Iterable[Option], *, shuffle: bool) -> str:
        self.plain("shuffleanswers", _FLAGS[shuffle])
        for option in options:
            self._answer(option.credit, option.text, option.feedback)
        return "multichoice"

    def _multiple(self, question: MultipleChoice) -> str:
        self.plain("single", "false")
        self._choices(question.options, shuffle=question.shuffle)
        # Moodle's own type gives credit for parts; this one, from its plugins, does not.
        whole_only = question.partial is PartialCredit.NOTHING
        return "multichoiceset" if whole_only else "multichoice"

    def _true_false(self, question: TrueFalse) -> str:
        for said, text in (("true", question.feedback_true), ("false", question.feedback_false)):
            right = (said == "true") is question.right
            made = SubElement(self.element, "answer", {"fraction": "100" if right else "0"})
            _child(made, "text", said)
            self.text(made, "feedback", text)
        return "truefalse"

    def _short(self, question: ShortAnswer) -> str:
        self.plain("usecase", "1" if question.compare is Compare.EXACT else "0")
        for each in question.answers:
            self._expected(each)
        return "shortanswer"

    def _expected(self, each: Expected) -> None:
        self._answer(each.credit, each.pattern, each.feedback)

    def _numerical(self, question: Numerical) -> str:
        for each in question.answers:
            value = "*" if each.value is None else written(each.value)
            made = self._answer(each.credit, value, each.feedback)
            _child(made, "tolerance", written(each.tolerance))
        if question.units:
            units = SubElement(self.element, "units")
            for unit in question.units:
                made = SubElement(units, "unit")
                _child(made, "multiplier", written(unit.per_base))
                _child(made, "unit_name", unit.name)
        self.plain("unitgradingtype", "1" if question.unit_penalty else "0")
        self.plain("unitpenalty", _share(question.unit_penalty))
        self.plain("showunits", "0" if question.units else "3")
        return "numerical"

    def _matching(self, question: Matching) -> str:
        self.plain("shuffleanswers", _FLAGS[question.shuffle])
        said = {choice.id: choice.text for choice in question.choices}
        used = {pair.choice for pair in question.pairs}
        rows: list[tuple[Text | None, Text]] = [
            (pair.text, said[pair.choice]) for pair in question.pairs
        ]
        rows += [(None, each.text) for each in question.choices if each.id not in used]
        for entry, choice in rows:
            made = self.text(self.element, "subquestion", entry)
            self.text(made, "answer", choice)
        return "matching"

    def _ordering(self, question: Ordering) -> str:
        names = {ours: theirs for theirs, ours in ORDERS.items()}
        self.plain("layouttype", "VERTICAL")
        self.plain("selecttype", "ALL")
        self.plain("selectcount", "0")
        self.plain("gradingtype", names[question.partial.value])
        for number, item in enumerate(question.items, start=1):
            made = SubElement(self.element, "answer", {"fraction": str(number)})
            self.fill(made, item.text)
        return "ordering"

    def _essay(self, question: Essay) -> str:
        self.plain("responseformat", "plain")
        self.plain("responsefieldlines", str(question.lines))
        self.plain("minwordlimit", str(question.least_words))
        self.plain("maxwordlimit", str(question.most_words))
        self.plain("attachments", "0")
        self.text(self.element, "graderinfo", question.guide)
        self.text(self.element, "responsetemplate", question.beginning)
        return "essay"

    def _files(self, question: FileQuestion) -> str:
        self.plain("responseformat", "noinline")
        self.plain("attachments", str(question.most_files))
        self.plain("attachmentsrequired", "1")
        self.plain("maxbytes", str(question.largest))
        self.plain("filetypeslist", ",".join(question.endings))
        self.text(self.element, "graderinfo", question.guide)
        return "essay"


def _share(part: Fraction) -> str:
    """Write a part with seven decimals, as Moodle does."""
    whole: Any = round(part * 10_000_000)
    return f"{whole // 10_000_000}.{whole % 10_000_000:07d}"
