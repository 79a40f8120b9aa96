"""QTI, tables, packages, and telling formats apart."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nador.assessment.questions import parse
from nador.assessment.questions.formats import columns, package, qti, reading
from nador.assessment.questions.formats.html import markdown
from nador.assessment.questions.formats.report import Leaving, NotReadable, TooLarge
from tests.assessment.questions.samples import CALM, CONTENTS, SAMPLES

CHOICE = """<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="choice" title="Unattended Luggage" adaptive="false" timeDependent="false">
 <responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse><value>ChoiceA</value></correctResponse></responseDeclaration>
 <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
 <itemBody><p>Look at the <b>text</b>.</p><p><img src="images/sign.png" alt="NEVER LEAVE LUGGAGE UNATTENDED"/></p>
  <choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><prompt>What does it say?</prompt>
   <simpleChoice identifier="ChoiceA">You must stay with your luggage.</simpleChoice>
   <simpleChoice identifier="ChoiceB">Do not let <i>someone</i> else.</simpleChoice></choiceInteraction></itemBody>
 <responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>
</assessmentItem>"""
CHOICE_3 = (
    CHOICE.replace("imsqti_v2p1", "imsqtiasi_v3p0")
    .replace("assessmentItem", "qti-assessment-item")
    .replace("responseDeclaration", "qti-response-declaration")
    .replace("outcomeDeclaration", "qti-outcome-declaration")
    .replace("correctResponse", "qti-correct-response")
    .replace("<value>", "<qti-value>")
    .replace("</value>", "</qti-value>")
    .replace("itemBody", "qti-item-body")
    .replace("choiceInteraction", "qti-choice-interaction")
    .replace("responseIdentifier", "response-identifier")
    .replace("maxChoices", "max-choices")
    .replace("simpleChoice", "qti-simple-choice")
    .replace("prompt>", "qti-prompt>")
    .replace("baseType", "base-type")
)


def item(declared: str, body: str) -> bytes:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" title="T">'
        f"{declared}<itemBody>{body}</itemBody></assessmentItem>"
    ).encode()


def declared(right: str, *, cardinality: str = "single", base: str = "identifier", name: str = "RESPONSE", mapping: str = "") -> str:  # fmt: skip
    values = "".join(f"<value>{each}</value>" for each in right.split("|"))
    return f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}"><correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>'


@pytest.mark.parametrize("source", [CHOICE, CHOICE_3], ids=["2.1", "3.0"])
def test_both_versions_say_the_same(source: str) -> None:
    (read,) = qti.read_item(source.encode(), language="en").items

    assert (read.name, read.content["kind"]) == ("Unattended Luggage", "single")
    assert (
        read.content["prompt"]
        == "Look at the **text**.\n\nNEVER LEAVE LUGGAGE UNATTENDED\n\nWhat does it say?"
    )
    assert [(each["text"], each.get("credit")) for each in read.content["options"]] == [
        ("You must stay with your luggage.", "1"),
        ("Do not let *someone* else.", None),
    ]
    assert [remark.params["what"] for remark in read.remarks] == ["<img images/sign.png>"]


CHOICES = "<prompt>Pick.</prompt><simpleChoice identifier='a'>A</simpleChoice><simpleChoice identifier='b'>B</simpleChoice><simpleChoice identifier='c'>C</simpleChoice>"
MAPPING = '<mapping lowerBound="0" defaultValue="0"><mapEntry mapKey="a" mappedValue="1"/><mapEntry mapKey="b" mappedValue="1"/><mapEntry mapKey="c" mappedValue="-2"/></mapping>'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            item(declared("a|b", cardinality="multiple"), f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="0" shuffle="true">{CHOICES}</choiceInteraction>'),
            {"kind": "multiple", "partial": "nothing", "shuffle": True},
            id="several, by the whole",
        ),
        pytest.param(
            item(declared("a|b", cardinality="multiple", mapping=MAPPING), f'<choiceInteraction responseIdentifier="RESPONSE">{CHOICES}</choiceInteraction>'),
            {"kind": "multiple", "partial": "sum", "shuffle": False},
            id="several, by a mapping",
        ),
        pytest.param(
            item(declared("c|a|b", cardinality="ordered"), f'<orderInteraction responseIdentifier="RESPONSE">{CHOICES}</orderInteraction>'),
            {"kind": "ordering", "partial": "nothing"},
            id="order",
        ),
        pytest.param(
            item(declared("42", base="integer"), '<p>6 x 7 = <textEntryInteraction responseIdentifier="RESPONSE"/></p>'),
            {"kind": "numerical", "answers": [{"value": "42", "credit": "1"}]},
            id="number",
        ),
        pytest.param(
            item(declared("York", base="string", mapping='<mapping><mapEntry mapKey="York" mappedValue="1"/><mapEntry mapKey="york*" mappedValue="0.5"/></mapping>'), '<p>Richard of <textEntryInteraction responseIdentifier="RESPONSE"/></p>'),
            {"kind": "short", "answers": [{"pattern": "York", "credit": "1"}, {"pattern": r"york\*", "credit": "1/2"}], "compare": "loose"},
            id="word",
        ),
        pytest.param(
            item(declared("a", name="R1") + declared("b", base="string", name="R2"), '<p>One <inlineChoiceInteraction responseIdentifier="R1"><inlineChoice identifier="a">A</inlineChoice><inlineChoice identifier="b">B</inlineChoice></inlineChoiceInteraction> two <textEntryInteraction responseIdentifier="R2"/>.</p>'),
            {"kind": "cloze", "prompt": "One [[1]] two [[2]]."},
            id="gaps",
        ),
        pytest.param(
            item("", '<extendedTextInteraction responseIdentifier="R" expectedLines="7"><prompt>Why?</prompt></extendedTextInteraction>'),
            {"kind": "essay", "lines": 7, "prompt": "Why?"},
            id="essay",
        ),
        pytest.param(
            item("", '<uploadInteraction responseIdentifier="R"><prompt>Hand in.</prompt></uploadInteraction>'),
            {"kind": "file", "prompt": "Hand in."},
            id="file",
        ),
        pytest.param(
            item(declared("a x|b y", cardinality="multiple", base="directedPair"), '<matchInteraction responseIdentifier="RESPONSE"><prompt>Match.</prompt><simpleMatchSet><simpleAssociableChoice identifier="a">A</simpleAssociableChoice><simpleAssociableChoice identifier="b">B</simpleAssociableChoice></simpleMatchSet><simpleMatchSet><simpleAssociableChoice identifier="x">X</simpleAssociableChoice><simpleAssociableChoice identifier="y">Y</simpleAssociableChoice><simpleAssociableChoice identifier="z">Z</simpleAssociableChoice></simpleMatchSet></matchInteraction>'),
            {"kind": "matching", "prompt": "Match."},
            id="match",
        ),
    ],
)  # fmt: skip
def test_items_are_read(source: bytes, expected: dict[str, Any]) -> None:
    read = qti.read_item(source, language="en")

    assert read.refused == [] or [str(each.reason) for each in read.refused] == []
    (found,) = read.items
    assert {name: found.content.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "source",
    [
        b"<html/>",
        b"<assessmentItem/>",
        item("", '<hotspotInteraction responseIdentifier="R"/>'),
        item("", '<choiceInteraction responseIdentifier="R"/>'),
        item(declared("z|a|b", cardinality="ordered"), f'<orderInteraction responseIdentifier="RESPONSE">{CHOICES}</orderInteraction>'),
        b"<!DOCTYPE a><assessmentItem/>",
        b"<assessmentItem>",
        b"</document><a/>",
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named(source: bytes) -> None:
    read = qti.read_item(source, language="en")

    assert (len(read.items), len(read.refused)) == (0, 1)


def zipped(**files: bytes) -> bytes:
    return zipped_as(
        {name.replace("__", "/").replace("_", "."): body for name, body in files.items()}
    )


def zipped_as(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def test_a_package_brings_its_images() -> None:
    content = zipped(
        imsmanifest_xml=b"<manifest/>",
        items__one_xml=CHOICE.encode(),
        items__images__sign_png=b"\x89PNG",
        items__two_xml=b"<broken",
    )

    read = reading.read(content, language="en")

    (found,) = read.items
    assert found.file == "items/one.xml"
    assert "![NEVER LEAVE LUGGAGE UNATTENDED](sign.png)" in found.content["prompt"]
    assert list(read.images) == [found.content["files"]["sign.png"]]
    assert [(each.file, each.reason.code) for each in read.refused] == [
        ("items/two.xml", "exchange_not_readable")
    ]


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "C:\\x.xml", "a/../../x.xml", "..\\x"])
def test_no_name_leads_out_of_a_package(name: str) -> None:
    with pytest.raises(NotReadable):
        package.unpacked(zipped_as({name: b"x"}))


def test_bombs_are_not_unpacked() -> None:
    with pytest.raises(TooLarge):
        package.unpacked(zipped_as({"a.xml": b"0" * (2 * 1024 * 1024)}))
    with pytest.raises(TooLarge):
        package.unpacked(zipped_as({f"{n}.txt": b"" for n in range(package.MOST_FILES + 1)}))


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK" + b"\0" * 40, zipped_as({"a.txt": b"x"})])
def test_other_packages_are_named(content: bytes) -> None:
    read = reading.read(content, language="en")

    assert (len(read.items), len(read.refused)) == (0, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Dear reader,", "exchange_unknown_format"),
        (b"", "exchange_unknown_format"),
        (b"<quiz", "exchange_not_readable"),
        (b"kind,question\nriddle,?", "exchange_not_supported"),
    ],
)
def test_what_is_no_file_of_questions_is_named(content: bytes, code: str) -> None:
    assert [each.reason.code for each in reading.read(content, language="en").refused] == [code]


def test_an_endless_file_is_refused_at_the_door() -> None:
    read = reading.read(b"{" * (reading.FILE_LIMIT + 1), language="en")

    assert [each.reason.code for each in read.refused] == ["exchange_too_large"]


@pytest.mark.parametrize(
    "content", [CHOICE.encode(), b"::a::b{T}", b"kind,question,right\ntrue_false,Is it?,true\n"]
)
def test_formats_are_told_apart(content: bytes) -> None:
    assert len(reading.read(b"\xef\xbb\xbf" + content, language="en").items) == 1


TABLE = """name,kind,category,tags,language,question,right,wrong,explanation,points
Capital,single,Geo/Africa,easy|geo,fr,Capitale du Maroc ?,Rabat,Fès|Salé,Depuis 1912.,2
Primes,multiple,,,,Which are prime?,2|3,4|6,,
,true_false,,,,Is it?,maybe,,,
Pi,numerical,,,,How much is pi?,3.14:0.01,,,
Pairs,matching,,,,Match.,cat -> meow | dog -> woof,moo,,
Sorted,ordering,,,,Sort.,one|two|three,,,
Word,short,,,,Two?,two|deux,,,
Long,essay,,,,Why?,,,,
Odd,matching,,,,Match.,cat meow,,,
"""


def test_tables_are_read_line_by_line() -> None:
    read = columns.read(TABLE.encode(), language="en")

    assert [item.name for item in read.items] == [
        "Capital", "Primes", "Pi", "Pairs", "Sorted", "Word", "Long",
    ]  # fmt: skip
    assert [(each.line, each.reason.code) for each in read.refused] == [
        (4, "exchange_not_readable"),
        (10, "exchange_not_readable"),
    ]
    capital = read.items[0]
    assert (capital.path, capital.tags) == (("Geo", "Africa"), ("easy", "geo"))
    assert (capital.content["language"], capital.content["points"]) == ("fr", "2")


@pytest.mark.parametrize(
    "content", [b"name\nx", b"kind,question\n\xff\xfe", b"kind,kind,question\n"]
)
def test_broken_tables_are_named(content: bytes) -> None:
    read = columns.read(content, language="en")

    assert len(read.refused) == 1


@pytest.mark.parametrize("kind", ["single", "multiple", "true_false", "short", "numerical", "matching", "ordering", "essay"])  # fmt: skip
@CALM
@given(data=st.data())
def test_a_table_comes_back_or_says_that_it_is_less(kind: str, data: st.DataObject) -> None:
    question = parse(data.draw(CONTENTS[kind]))

    done = columns.write([Leaving("Q", question.content(), ("A",), ("t",))])
    read = columns.read(done.text.encode(), language="qaa")

    if done.refused or done.remarks:
        return
    (found,) = read.items
    assert parse(found.content).content() == question.content() or without_ids(
        found.content
    ) == without_ids(question.content())
    assert (found.name, found.path, found.tags) == ("Q", ("A",), ("t",))


def without_ids(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {k: without_ids(v) for k, v in thing.items() if k not in {"id", "choice"}}
    return [without_ids(each) for each in thing] if isinstance(thing, list) else thing


@pytest.mark.parametrize("kind", ["cloze", "file"])
def test_what_a_table_has_no_cell_for_is_named(kind: str) -> None:
    done = columns.write([Leaving("Q", SAMPLES[kind])])

    assert [reason.code for _, reason in done.refused] == ["exchange_not_carried"]


@pytest.mark.parametrize(
    ("html", "expected", "lost"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb", []),
        ("a<br/>b<br>", "a\\\nb", []),
        ("<ol><li>one<ul><li>in</li></ul></li><li>two</li></ol>", "1. one\n\n   - in\n\n2. two", []),
        ("<pre>x  =  1\n*</pre>", "```\nx  =  1\n*\n```", []),
        ("<code>a_b</code>", "`a_b`", []),
        ("<script>alert(1)</script>x", "x", ["script"]),
        ('<a href="https://x.example/">x</a>', "[x](<https://x.example/>)", []),
        ('<a href="javascript:x">x</a>', "x", []),
        ("<h2>T</h2>x", "## T\n\nx", []),
        ("<video>v</video>", "v", ["video"]),
        ("&lt;b&gt; &amp;amp; 2*3*4", r"\<b> \&amp; 2\*3\*4", []),
        (r"\(a_b\) and \[c\] and $$d$$ and $5", r"$a_b$ and $$c$$ and $$d$$ and \$5", []),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html: str, expected: str, lost: list[str]) -> None:
    assert markdown(html, {}) == (expected, lost)


@CALM
@given(st.text("<>/abpulioscrte =\"'&;#x1!-\n", max_size=80))
def test_any_html_becomes_some_markdown(html: str) -> None:
    text, _ = markdown(html, {})

    assert "\ufdd0" not in text
