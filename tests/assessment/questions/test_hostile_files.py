"""What files of questions get wrong is named, each in the format's own words."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from nador.assessment.questions import drafts, parse
from nador.assessment.questions.formats import (
    cloze,
    columns,
    gift,
    gift_writing,
    moodle,
    moodle_writing,
    package,
    qti,
    reading,
)
from nador.assessment.questions.formats.report import (
    Leaving,
    NotCarried,
    NotReadable,
    NotSupported,
    Reading,
    TooLarge,
)
from tests.assessment.questions.samples import SAMPLES
from tests.assessment.questions.test_formats import declared, item, zipped_as

if TYPE_CHECKING:
    from nador.assessment.questions.gaps import Gap

HUGE = b"\x89PNG" + bytes(moodle.IMAGE_LIMIT)


def refusals(read: Reading) -> list[tuple[str, str]]:
    assert read.items == []
    return [(each.reason.code, each.reason.params["what"]) for each in read.refused]


def remarks(read: Reading) -> list[str]:
    (found,) = read.items
    return [each.params["what"] for each in found.remarks]


def moodle_item(kind: str, inner: str, *, name: str = "Q", prompt: str = "What?") -> Reading:
    text = f"<questiontext format='html'><text>{prompt}</text></questiontext>" if prompt else ""
    return moodle.read(
        f"<quiz><question type='{kind}'><name><text>{name}</text></name>"
        f"{text}{inner}</question></quiz>".encode(),
        language="en",
    )


def with_file(content: bytes, *, encoding: str = "base64") -> Reading:
    body = base64.b64encode(content).decode() if encoding == "base64" else "x"
    return moodle.read(
        (
            "<quiz><question type='essay'><name><text>Q</text></name><questiontext format='html'>"
            f"<text>See.</text><file name='a.png' encoding='{encoding}'>{body}</file>"
            "</questiontext></question></quiz>"
        ).encode(),
        language="en",
    )


# --- cloze ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("See [[1]]: {1:SHORTANSWER:=a}", NotReadable),
        ("{1:RIDDLE:=a}", NotSupported),
        ("{1:SHORTANSWER:%1.2.3%a}", NotReadable),
    ],
)
def test_gaps_that_make_no_sense_are_refused(source: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        cloze.read(source, [], str)


def test_a_text_that_would_be_read_as_a_gap_is_not_written() -> None:
    (gap,) = parse(SAMPLES["cloze"]).gaps[:1]  # type: ignore[attr-defined] # a cloze has gaps
    later = cast("Gap", SimpleNamespace(id="1", kind="riddle"))

    with pytest.raises(NotCarried):
        cloze.write("{1:SA:=a}", [gap])
    with pytest.raises(NotCarried):
        cloze.write("[[1]]", [_saying(gap, "[[1]]")])
    with pytest.raises(NotCarried, match="riddle"):
        cloze.write("[[1]]", [later])


def _saying(gap: Any, text: str) -> Any:
    first = gap.answers[0]
    return replace(gap, id="1", answers=(replace(first, pattern=text), *gap.answers[1:]))


# --- GIFT ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("::a::b{stray ~wrong =right}", "stray"),
        ("::a::b{~%1.2.3%x =y}", "%1.2.3%"),
        ("::a::b{=one -> 1 =two}", "->"),
        ("::a::b{T#wrong#right#more}", "#"),
    ],
)
def test_what_gift_cannot_mean_is_named(source: str, what: str) -> None:
    assert refusals(gift.read(source.encode(), language="en")) == [("exchange_not_readable", what)]


def test_feedback_of_a_pair_is_left_out_and_named() -> None:
    read = gift.read(b"::a::b{=one -> 1#well done =two -> 2}", language="en")

    assert remarks(read) == ["#well done"]


def test_gift_names_what_it_has_no_sign_for() -> None:
    partial = parse(SAMPLES["multiple"] | {"partial": "nothing"})
    arrow = {"language": "en", "prompt": "?"}
    pairs = {"pairs": [{"text": "a->b", "choice": "c1"}, {"text": "d", "choice": "c2"}]}
    matching = parse(
        arrow
        | {"kind": "matching"}
        | pairs
        | {"choices": [{"id": "c1", "text": "1"}, {"id": "c2", "text": "2"}]}
    )
    short = parse(arrow | {"kind": "short", "answers": [{"pattern": "a->b", "credit": "1"}]})

    done = gift_writing.write(
        [
            Leaving(kind, each.content())
            for kind, each in (("p", partial), ("m", matching), ("s", short))
        ]
    )

    assert [(name, reason.params["what"]) for name, reason in done.refused] == [
        ("p", "nothing"),
        ("m", "->"),
        ("s", "->"),
    ]


def test_html_in_a_pattern_is_left_out_and_named() -> None:
    assert remarks(gift.read(b"::a::b{=[html]x}", language="en")) == ["[html]"]


def test_gift_names_languages_and_files_that_it_has_no_sign_for() -> None:
    single = parse(SAMPLES["single"] | {"files": {"a.png": "0" * 64}})
    right = parse(
        {"kind": "single", "language": "en", "prompt": "?"}
        | {"options": [{"text": "a", "credit": "1"}, {"text": "b", "credit": "1"}]}
    )

    done = gift_writing.write(
        [Leaving("s", single.content(), (), ()), Leaving("r", right.content(), (), ())]
    )

    said = {reason.params["what"] for name, reason in done.remarks if name == "s"}
    assert said >= {"language", "files"}
    read = gift.read(done.text.encode(), language="en")
    assert parse(read.items[1].content) == right


def test_a_slash_at_the_edge_of_a_category_is_left_out_and_named() -> None:
    done = gift_writing.write([Leaving("Q", parse(SAMPLES["true_false"]).content(), ("/A",), ())])

    assert "category /" in [reason.params["what"] for _, reason in done.remarks]


# --- Moodle --------------------------------------------------------------------------------


def test_files_of_a_text_are_checked() -> None:
    assert refusals(with_file(HUGE)) == [("exchange_not_readable", "file a.png")]
    assert len(with_file(b"x", encoding="none").items) == 1


def test_two_images_of_one_name_keep_apart() -> None:
    assert moodle.stored_name("a.png", {"a.png": "1", "2-a.png": "2"}) == "3-a.png"


def test_a_prompt_in_another_language_keeps_it() -> None:
    read = moodle.read(
        (
            "<quiz><question type='essay'><name><text>Q</text></name>"
            "<questiontext xml:lang='ar'><text>ما؟</text></questiontext>"
            "</question></quiz>"
        ).encode(),
        language="en",
    )

    (found,) = read.items
    assert found.content["prompt"] == {"text": "ما؟", "language": "ar"}


def test_a_cloze_in_two_languages_says_that_one_is_lost() -> None:
    content = SAMPLES["cloze"] | {"explanation": {"text": "لأن", "language": "ar"}}

    done = moodle_writing.write([Leaving("Q", parse(content).content(), (), ())], lambda _: None)

    assert "language" in [reason.params["what"] for _, reason in done.remarks]


def test_what_is_lost_twice_is_named_once() -> None:
    read = moodle_item(
        "multichoice",
        "<answer fraction='100' format='html'><text>&lt;table&gt;1&lt;/table&gt;</text></answer>"
        "<answer fraction='0' format='html'><text>&lt;table&gt;2&lt;/table&gt;</text></answer>",
    )

    assert remarks(read).count("<table>") == 1


@pytest.mark.parametrize("broken", ["%%%", "é"])
def test_a_file_that_is_no_base64_is_refused(broken: str) -> None:
    read = moodle.read(
        (
            "<quiz><question type='essay'><name><text>Q</text></name><questiontext>"
            f"<text>See.</text><file name='a.png' encoding='base64'>{broken}</file>"
            "</questiontext></question></quiz>"
        ).encode(),
        language="en",
    )

    assert refusals(read) == [("exchange_not_readable", "file a.png")]


def test_what_is_no_question_is_passed_over() -> None:
    read = moodle.read(b"<quiz><note/></quiz>", language="en")

    assert (read.items, read.refused) == ([], [])


@pytest.mark.parametrize(
    ("kind", "inner", "what"),
    [
        ("shortanswer", "<answer fraction='x'><text>a</text></answer>", "fraction x"),
        ("ordering", "<gradingtype>BY_FEELING</gradingtype>", "gradingtype BY_FEELING"),
    ],
)
def test_what_moodle_cannot_mean_is_named(kind: str, inner: str, what: str) -> None:
    (said,) = refusals(moodle_item(kind, inner))

    assert said[1] == what


@pytest.mark.parametrize(
    ("kind", "inner", "what"),
    [
        (
            "ordering",
            "<selecttype>RANDOM</selecttype><answer><text>a</text></answer><answer><text>b</text></answer>",
            "<selecttype>",
        ),
        ("essay", "<attachments>2</attachments>", "<attachments>"),
        (
            "essay",
            (
                "<responseformat>noinline</responseformat><attachments>2</attachments>"
                "<filetypeslist>document .pdf</filetypeslist>"
            ),
            "<filetypeslist>",
        ),
    ],
)
def test_what_moodle_says_beyond_us_is_left_out_and_named(kind: str, inner: str, what: str) -> None:
    assert what in remarks(moodle_item(kind, inner))


def test_the_size_of_a_file_to_hand_in_comes_along() -> None:
    read = moodle_item(
        "essay",
        "<responseformat>noinline</responseformat><attachments>-1</attachments>"
        "<maxbytes>1048576</maxbytes>",
    )

    (found,) = read.items
    assert (found.content["largest"], found.content["most_files"]) == (1048576, 10)


def test_a_cloze_without_text_is_named() -> None:
    assert refusals(moodle_item("cloze", "", prompt="")) == [
        ("exchange_not_readable", "questiontext")
    ]


def test_a_type_that_comes_later_is_not_written_wrongly(monkeypatch: pytest.MonkeyPatch) -> None:
    later = SimpleNamespace(kind="riddle")
    writer = object.__new__(moodle_writing._Written)  # what stands behind the door
    monkeypatch.setattr(writer, "question", later, raising=False)

    with pytest.raises(NotCarried, match="riddle"):
        writer._type()


# --- QTI -----------------------------------------------------------------------------------


def test_two_large_interactions_are_one_too_many() -> None:
    choice = '<choiceInteraction responseIdentifier="R"><simpleChoice identifier="a">a</simpleChoice></choiceInteraction>'
    read = qti.read_item(item(declared("a", name="R"), choice * 2), language="en")

    assert refusals(read) == [("exchange_not_supported", "2 interactions")]


def test_feedback_of_an_item_is_left_out_and_named() -> None:
    body = (
        "<p>What?</p><textEntryInteraction responseIdentifier='RESPONSE'/>"
        "<feedbackBlock>Well done</feedbackBlock>"
    )
    read = qti.read_item(item(declared("a", base="string"), body), language="en")

    assert "feedback" in remarks(read)


@pytest.mark.parametrize(
    "body",
    [
        '<matchInteraction responseIdentifier="RESPONSE"><simpleMatchSet/></matchInteraction>',
        (
            '<matchInteraction responseIdentifier="RESPONSE">'
            '<simpleMatchSet><simpleAssociableChoice identifier="a">a</simpleAssociableChoice></simpleMatchSet>'
            '<simpleMatchSet><simpleAssociableChoice identifier="b">b</simpleAssociableChoice></simpleMatchSet>'
            "</matchInteraction>"
        ),
    ],
)
def test_sets_that_do_not_match_are_named(body: str) -> None:
    read = qti.read_item(item(declared("x y", base="directedPair"), body), language="en")

    assert [code for code, _ in refusals(read)] == ["exchange_not_readable"]


def test_feedback_in_a_choice_is_no_part_of_its_text() -> None:
    choices = (
        '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Which?</prompt>'
        '<simpleChoice identifier="a">one<feedbackInline>Yes</feedbackInline></simpleChoice>'
        '<simpleChoice identifier="b">two</simpleChoice></choiceInteraction>'
    )
    read = qti.read_item(item(declared("a"), choices), language="en")

    (found,) = read.items
    assert [each["text"] for each in found.content["options"]] == ["one", "two"]


def test_an_image_of_a_package_is_read_once_and_bounded() -> None:
    choice = (
        '<p>See <img src="i.png" alt="i"/> and <img src="i.png" alt="i"/>.</p>'
        '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">'
        "<prompt>Which?</prompt>"
        '<simpleChoice identifier="a">a</simpleChoice><simpleChoice identifier="b">b</simpleChoice>'
        "</choiceInteraction>"
    )
    body = item(declared("a"), choice)

    once = qti.read_package(zipped_as({"q.xml": body, "i.png": b"\x89PNG"}), language="en")
    huge = qti.read_package(_stored({"q.xml": body, "i.png": HUGE}), language="en")

    assert len(once.images) == 1
    assert refusals(huge) == [("exchange_not_readable", "i.png")]


def _stored(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


# --- packages and tables -------------------------------------------------------------------


def test_a_name_that_stands_twice_in_a_package_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", b"1")
        archive.writestr("./a.xml", b"2")

    with pytest.raises(NotReadable, match=r"a\.xml"):
        package.unpacked(buffer.getvalue())


def test_a_package_that_lies_about_its_sizes_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package, "MOST_BYTES", 100)
    content = bytearray(_stored({"a.xml": b"x" * 1000}))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (50).to_bytes(4, "little")

    with pytest.raises((TooLarge, NotReadable)):
        package.unpacked(bytes(content))


def test_a_table_names_what_its_line_cannot_even_say() -> None:
    content = SAMPLES["ordering"] | {"items": [{"text": "a\nb"}, {"text": "a b"}]}

    done = columns.write([Leaving("Q", parse(content).content(), (), ())])

    assert [reason.code for _, reason in done.remarks] == ["exchange_left_out"]


def test_texts_of_two_languages_are_typed_as_two() -> None:
    typed = drafts.values_of(parse(SAMPLES["single"]).content())

    assert "ar" in typed.values()


def test_a_workbook_is_read_as_a_table() -> None:
    read = reading.read(_stored({"xl/workbook.xml": b"x"}), language="en")

    assert len(read.refused) == 1
