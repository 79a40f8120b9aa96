"""Moodle XML: there and back for every type, a file as Moodle writes it, and hostile ones."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse
from nador.assessment.questions.formats import moodle, moodle_writing
from nador.assessment.questions.formats.report import Leaving, Reading
from tests.assessment.questions.samples import CALM, CONTENTS, LINES, SAMPLES

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
NAMES = LINES.map(lambda said: said[:60].strip("/ ")).filter(bool)


def no_image(_digest: str) -> bytes | None:
    return None


def read(source: str, language: str = "en") -> Reading:
    return moodle.read(source.encode(), language=language)


@pytest.mark.parametrize("kind", sorted(CONTENTS))
@CALM
@given(data=st.data(), name=NAMES, tags=st.lists(NAMES, max_size=2))
def test_what_goes_out_comes_back(
    kind: str, data: st.DataObject, name: str, tags: list[str]
) -> None:
    question = parse(data.draw(CONTENTS[kind]))

    done = moodle_writing.write(
        [Leaving(name, question.content(), ("A", "B/C"), tuple(tags))], no_image
    )
    reading = read(done.text, "qaa")

    assert len(done.refused) + len(reading.items) == 1, (done.text, reading.refused)
    if done.refused:
        return
    (item,) = reading.items
    assert parse(item.content) == question
    assert (item.name, item.path, item.tags) == (" ".join(name.split()), ("A", "B/C"), tuple(tags))
    assert item.remarks == ()


def test_texts_in_other_languages_come_back() -> None:
    question = parse(SAMPLES["single"])

    (item,) = read(moodle_writing.write([Leaving("Q", question.content())], no_image).text).items

    assert parse(item.content) == question


AS_MOODLE_WRITES = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category"><category><text>$course$/top/Networks/Layers</text></category>
    <info format="moodle_auto_format"><text></text></info><idnumber></idnumber></question>
<!-- question: 12  -->
  <question type="multichoice">
    <name><text>OSI</text></name>
    <questiontext format="html"><text><![CDATA[<p>Which <b>layers</b> are there? <img src="@@PLUGINFILE@@/a%20b.png" alt="A <i>map</i>"><br>\\(x^2\\)</p><ul><li>one</li></ul>]]></text>
<file name="a%20b.png" path="/" encoding="base64">PNG</file></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <defaultgrade>2.0000000</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber>osi-1</idnumber>
    <single>false</single>
    <shuffleanswers>true</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
    <answer fraction="33.33333" format="html"><text><![CDATA[<p>physical</p>]]></text><feedback format="html"><text></text></feedback></answer>
    <answer fraction="33.33333" format="html"><text>link</text></answer>
    <answer fraction="33.33333" format="html"><text>network</text></answer>
    <answer fraction="-100" format="html"><text><![CDATA[<table><tr><td>cake</td></tr></table>]]></text></answer>
    <hint format="html"><text>Think.</text></hint>
    <tags><tag><text>net</text></tag></tags>
  </question>
  <question type="matching"><name><text>M</text></name>
    <questiontext format="html"><text>Match</text></questiontext>
    <subquestion format="html"><text><![CDATA[<p>cat</p>]]></text><answer><text>*meow*</text></answer></subquestion>
    <subquestion format="html"><text><![CDATA[<p>dog</p>]]></text><answer><text>woof</text></answer></subquestion>
    <subquestion format="html"><text></text><answer><text>moo</text></answer></subquestion>
  </question>
  <question type="cloze"><name><text>C</text></name>
    <questiontext format="html"><text><![CDATA[<p>The {1:MULTICHOICE_V:=<b>cat</b>#Yes~dog} has {2:NM:=4:0.5~%50%3:1#close} legs and says {:SA:=m\\}ow~%-50%wo\\~of}.</p>]]></text></questiontext>
  </question>
  <question type="calculated"><name><text>Unknown here</text></name></question>
  <question type="ordering"><name><text>O</text></name><questiontext format="plain_text"><text>Sort 1. or * these</text></questiontext>
    <gradingtype>0</gradingtype><answer fraction="1" format="html"><text>one</text></answer><answer fraction="2" format="html"><text>two</text></answer></question>
  <question type="ordering"><name><text>O2</text></name><questiontext format="html"><text>x</text></questiontext><gradingtype>RELATIVE_TO_CORRECT</gradingtype></question>
  <question type="essay"><name><text>F</text></name><questiontext format="html"><text>Hand in</text></questiontext>
    <responseformat>noinline</responseformat><attachments>2</attachments><maxbytes>10240</maxbytes><filetypeslist>.pdf,document</filetypeslist></question>
  <question type="numerical"><name><text>N</text></name><questiontext format="html"><text>How far?</text></questiontext>
    <answer fraction="100"><text>1e3</text><tolerance>5</tolerance></answer>
    <units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>
    <unitgradingtype>2</unitgradingtype><unitpenalty>0.1000000</unitpenalty><showunits>1</showunits></question>
</quiz>
""".replace("PNG", PNG)


def test_a_file_of_moodle_is_read_and_what_is_left_out_is_named() -> None:
    reading = read(AS_MOODLE_WRITES)
    by_name = {item.name: item for item in reading.items}
    osi = by_name["OSI"]
    digest = sha256(base64.b64decode(PNG)).hexdigest()

    assert osi.path == ("Networks", "Layers")
    assert osi.content["prompt"] == (
        "Which **layers** are there? ![A <i>map</i>](a-20b.png)\\\n$x^2$\n\n- one".replace(
            "<i>map</i>", r"\<i>map\</i>"
        )
    )
    assert osi.content["files"] == {"a-20b.png": digest}
    assert set(reading.images) == {digest}
    assert [each.get("credit") for each in osi.content["options"]] == ["1/3", "1/3", "1/3", "-1"]
    assert osi.content["points"] == "2"
    assert [remark.params["what"] for remark in osi.remarks] == [
        "<table>", "<tr>", "<td>", "<hint>", "<idnumber>",
    ]  # fmt: skip
    assert [each["text"] for each in by_name["M"].content["choices"]] == [
        r"\*meow\*",
        "woof",
        "moo",
    ]
    assert by_name["O"].content["prompt"] == r"Sort 1\. or \* these"
    assert [remark.params["what"] for remark in by_name["F"].remarks] == ["<filetypeslist>"]
    assert [remark.params["what"] for remark in by_name["N"].remarks] == [
        "<unitgradingtype>", "<showunits>",
    ]  # fmt: skip
    assert [(each.name, each.reason.code) for each in reading.refused] == [
        ("Unknown here", "exchange_not_supported"),
        ("O2", "exchange_not_supported"),
    ]
    assert (
        reading.refused[0].line
        == AS_MOODLE_WRITES[: AS_MOODLE_WRITES.index("calculated")].count("\n") + 1
    )


def test_gaps_of_moodle_are_read() -> None:
    (item,) = [each for each in read(AS_MOODLE_WRITES).items if each.name == "C"]

    assert item.content["prompt"] == "The [[1]] has [[2]] legs and says [[3]]."
    choice, number, word = item.content["gaps"]
    assert choice["options"][0]["text"] == "**cat**"
    assert choice["options"][0]["feedback"] == "Yes"
    assert number["weight"] == 2
    assert [each["value"] for each in number["answers"]] == ["4", "3"]
    assert [(each["pattern"], each["credit"]) for each in word["answers"]] == [
        ("m}ow", "1"),
        ("wo~of", "-1/2"),
    ]
    assert [remark.params["what"] for remark in item.remarks] == ["MULTICHOICE_V"]


BILLION = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><quiz><question type="essay"><name><text>&lol2;</text></name></question></quiz>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><quiz><question type="essay"><questiontext><text>&e;</text></questiontext></question></quiz>"""


@pytest.mark.parametrize(
    "hostile",
    [BILLION, OUTSIDE, "<!DOCTYPE quiz><quiz/>", "<quiz>" + "<a>" * 5000, "<quiz><question", "\0"],
)
def test_hostile_files_are_refused_whole(hostile: str) -> None:
    reading = read(hostile)

    assert reading.items == []
    assert [each.reason.code for each in reading.refused] == ["exchange_not_readable"]


def test_what_stood_before_a_fault_comes_in() -> None:
    whole = '<question type="truefalse"><name><text>T</text></name><questiontext format="markdown"><text>x</text></questiontext><answer fraction="100"><text>true</text></answer></question>'

    reading = read(f"<quiz>{whole}<question type='essay'><name></quiz>")

    assert [item.name for item in reading.items] == ["T"]
    assert len(reading.refused) == 1


@pytest.mark.parametrize(
    "broken",
    [
        '<answer fraction="x"><text>a</text></answer>',
        '<answer fraction="100"><text>a</text></answer><defaultgrade>many</defaultgrade>',
        '<answer fraction="100"><text>maybe</text></answer>',
    ],
)
def test_a_broken_part_refuses_its_question_alone(broken: str) -> None:
    kind = "truefalse" if "maybe" in broken else "shortanswer"
    head = (
        '<name><text>Q</text></name><questiontext format="markdown"><text>x</text></questiontext>'
    )

    reading = read(
        f'<quiz><question type="{kind}">{head}{broken}</question>'
        f'<question type="essay">{head}</question></quiz>'
    )

    assert [item.content["kind"] for item in reading.items] == ["essay"]
    assert [each.name for each in reading.refused] == ["Q"]


def test_an_image_that_is_none_is_named() -> None:
    text = '<text>![](@@PLUGINFILE@@/x.png)</text><file name="x.png" encoding="base64">!!</file>'

    reading = read(
        f'<quiz><question type="essay"><questiontext format="markdown">{text}</questiontext></question></quiz>'
    )

    assert [each.reason.code for each in reading.refused] == ["exchange_not_readable"]


def test_images_go_out_and_come_back() -> None:
    image = b"\x89PNG..."
    digest = sha256(image).hexdigest()
    content: dict[str, Any] = SAMPLES["single"] | {
        "prompt": "![Map](map.png) ![Map](map.png)",
        "explanation": "![Map](map.png)",
        "files": {"map.png": digest},
    }
    leaving = [Leaving("Q", parse(content).content())]

    done = moodle_writing.write(leaving, lambda _: image)
    reading = read(done.text, "fr")
    lost = moodle_writing.write(leaving, no_image)

    assert parse(reading.items[0].content) == parse(content)
    assert reading.images == {digest: image}
    assert [reason.code for _, reason in lost.refused] == ["exchange_not_carried"]


@CALM
@given(st.text("<>/quizestonamx =\"'&;![]-{}:1~#", max_size=80))
def test_any_file_is_read_or_named(source: str) -> None:
    read(f"<quiz>{source}</quiz>")
    read(
        f'<quiz><question type="cloze"><questiontext><text>{source}</text></questiontext></question></quiz>'
    )
