"""Files to hand in."""

from __future__ import annotations

import pytest

from nador.assessment.questions import parse, refusals
from nador.assessment.questions.file import FileQuestion, ShownFile, entry
from nador.kernel.i18n import translator
from tests.assessment.questions.samples import SAMPLES

QUESTION = FileQuestion.parse(SAMPLES["file"])
HASH = "a" * 64


def test_files_are_kept_by_hash() -> None:
    answer = QUESTION.read({"file": [entry("rapport\u202e.PDF", HASH, 2048)]})

    assert answer == {"files": [{"name": "rapport.PDF", "sha256": HASH, "size": 2048}]}
    assert QUESTION.is_complete(answer)
    assert parse(SAMPLES["file"]).grade(answer) is None
    assert QUESTION.right_answer(translator("fr")) == ()


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        pytest.param([entry("a.exe", HASH, 1)], refusals.FileOfAnotherKind, id="kind"),
        pytest.param([entry("a.pdf", HASH, 2049)], refusals.FileTooLarge, id="size"),
        pytest.param([entry("a.pdf", HASH, 1)] * 3, refusals.TooManyFiles, id="count"),
        pytest.param(["a.pdf"], refusals.AnswerUnreadable, id="no entry"),
        pytest.param(["7"], refusals.AnswerUnreadable, id="a number"),
        pytest.param(['["a.pdf", "b", "c"]'], refusals.AnswerUnreadable, id="no size"),
        pytest.param(["[1, 2, 3]"], refusals.AnswerUnreadable, id="no name"),
    ],
)
def test_what_the_question_does_not_take_is_refused(
    files: list[str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        QUESTION.read({"file": files})


def test_without_endings_any_kind_is_taken() -> None:
    FileQuestion.parse({"kind": "file", "language": "en", "prompt": "?"}).require_fits("a.exe", 1)


def test_what_is_taken_is_shown() -> None:
    shown = QUESTION.present(1)

    assert isinstance(shown, ShownFile)
    assert (shown.most_files, shown.largest, shown.endings) == (2, 2048, (".docx", ".pdf"))


def test_an_ending_is_one() -> None:
    with pytest.raises(refusals.PartUnreadable) as refused:
        parse(SAMPLES["file"] | {"endings": "pdf"})

    assert refused.value.field == "endings"
