"""Macros: what a screen reader, a phone and a hostile name meet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # not in its stubs
from wtforms.validators import InputRequired

TEMPLATES = Path(__file__).parents[2] / "templates"
HOSTILE = '"><script>alert(1)</script>'


class Contact(Form):
    """A form with one field of each kind of markup."""

    phone = StringField("Phone", [InputRequired("Fill in this field.")], description="With +212.")
    by = RadioField(
        "Reach by",
        [InputRequired("Choose one.")],
        choices=[SelectChoice("sms", "SMS"), SelectChoice("mail", "Mail")],
    )
    agree = BooleanField("All of it is right")
    run = HiddenField()

    def summary(self) -> list[tuple[str, str]]:
        return [(field.id, said) for field in self for said in field.errors]


@pytest.fixture(scope="module")
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined] # the extension adds it
    made.globals["csrf_token"] = lambda: "token"
    return made


def show(environment: Environment, file: str, call: str, **context: Any) -> str:
    """Render one call of a macro."""
    name = call.partition("(")[0]
    source = f'{{% from "_macros/{file}.html" import {name} %}}{{{{ {call} }}}}'
    return environment.from_string(source).render(**context)


def test_a_refused_field_says_why_beside_it_and_keeps_the_input(environment: Environment) -> None:
    form = Contact(MultiDict({"phone": ""}))
    form.validate()

    html = show(environment, "forms", "field(form.phone, dir='ltr')", form=form)

    assert 'class="field err"' in html
    assert 'id="phone-e"' in html
    assert 'aria-describedby="phone-h phone-e"' in html
    assert 'aria-invalid="true"' in html
    assert 'dir="ltr"' in html


def test_a_good_field_is_not_called_wrong(environment: Environment) -> None:
    form = Contact(MultiDict({"phone": HOSTILE, "by": "sms"}))

    html = show(environment, "forms", "field(form.phone)", form=form)

    assert "err" not in html
    assert "aria-invalid" not in html
    assert "<script>" not in html


def test_radios_are_a_group_with_a_legend(environment: Environment) -> None:
    form = Contact(MultiDict({"by": "mail"}))

    html = show(environment, "forms", "field(form.by)", form=form)

    assert '<fieldset id="by"' in html
    assert "<legend>Reach by</legend>" in html
    assert re.search(r'<input checked [^>]*value="mail"', html)


def test_a_hidden_field_shows_nothing_but_itself(environment: Environment) -> None:
    html = show(environment, "forms", "field(form.run)", form=Contact(MultiDict({"run": "3"})))

    assert html == '<input id="run" name="run" type="hidden" value="3">'


def test_the_summary_links_to_each_field(environment: Environment) -> None:
    form = Contact(MultiDict())
    form.validate()

    html = show(environment, "forms", "form_summary(form)", form=form)

    assert "There are 2 errors on this page" in html
    assert re.findall(r'href="#(\w+)"', html) == ["phone", "by"]
    assert "autofocus" in html


def test_no_errors_no_summary(environment: Environment) -> None:
    assert show(environment, "forms", "error_summary([])").strip() == ""


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("text_field('name', bad, hint=bad, error=bad, value=bad)", id="text field"),
        pytest.param("textarea('name', bad, value=bad)", id="text area"),
        pytest.param("select('name', bad, [(bad, bad)], value=bad)", id="select"),
        pytest.param(
            "choices('name', bad, [(bad, bad, bad)], value=[bad], multiple=true)", id="choices"
        ),
        pytest.param("tick('name', bad, value=bad)", id="tick"),
        pytest.param("rubric('name', bad, [(bad, bad, bad)], hint=bad)", id="rubric"),
        pytest.param("search_box('q', bad, value=bad, placeholder=bad)", id="search box"),
        pytest.param("error_summary([('id', bad)])", id="error summary"),
    ],
)
def test_form_parts_escape_what_they_are_given(environment: Environment, call: str) -> None:
    assert "<script>" not in show(environment, "forms", call, bad=HOSTILE)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param("tag(bad, 'ok')", id="tag"),
        pytest.param("note(bad)", id="note"),
        pytest.param("link_button(bad, bad, title=bad)", id="link button"),
        pytest.param("post_button(bad, bad, reason=bad)", id="post button"),
        pytest.param("steps([bad], 1)", id="steps"),
        pytest.param("verdict('ok', 'seal', bad)", id="verdict"),
        pytest.param("fact(bad, bad, change=bad)", id="fact"),
        pytest.param("row(bad, bad)", id="row"),
        pytest.param("ticks([(true, bad)])", id="ticks"),
        pytest.param("timeline([(true, bad, bad)])", id="timeline"),
        pytest.param("empty(bad, bad, bad, bad)", id="empty"),
        pytest.param("confirm(bad, bad, bad, bad, bad, code=bad)", id="confirm"),
        pytest.param("pager(bad, bad, bad)", id="pager"),
        pytest.param("crumbs([(bad, bad)])", id="crumbs"),
        pytest.param("progress(1, 2, bad)", id="progress"),
        pytest.param("person_name(bad, bad)", id="person"),
        pytest.param("code(bad)", id="code"),
    ],
)
def test_parts_escape_what_they_are_given(environment: Environment, call: str) -> None:
    assert "<script>" not in show(environment, "parts", call, bad=HOSTILE)


@pytest.mark.parametrize(
    ("latin", "arabic", "expected"),
    [
        pytest.param("Salma", "سلمى", ["fr", "ar"], id="both"),
        pytest.param("Salma", None, ["fr"], id="Latin only"),
        pytest.param("", "سلمى", ["ar"], id="Arabic only"),
    ],
)
def test_a_name_stands_in_each_script_that_it_has(
    environment: Environment, latin: str, arabic: str, expected: list[str]
) -> None:
    html = show(environment, "parts", "person_name(latin, arabic)", latin=latin, arabic=arabic)

    assert re.findall(r'<bdi lang="(\w+)"', html) == expected


def test_a_mirrored_drawing_means_a_direction(environment: Environment) -> None:
    assert "flip" in show(environment, "icons", "icon('arrow')")
    assert "flip" not in show(environment, "icons", "icon('check')")


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_chart_has_its_table_beside_it(environment: Environment, direction: str) -> None:
    bars = [("Oct", 4), ("Nov", 0)]

    html = show(
        environment,
        "tables",
        "bar_chart('c', 'Enrolments', bars, 'Month', 'People', direction)",
        bars=bars,
        direction=direction,
    )

    assert html.count("<text") == 4
    assert "<caption" in html
    first, second = (float(x) for x in re.findall(r'<text x="([\d.]+)" y="106"', html))
    assert (first < second) is (direction == "ltr")


def test_a_chart_of_nothing_divides_by_nothing(environment: Environment) -> None:
    assert "<svg" in show(
        environment, "tables", "bar_chart('c', 'Enrolments', [], 'Month', 'People')"
    )


def test_no_pager_when_all_is_on_one_page(environment: Environment) -> None:
    assert show(environment, "parts", "pager('', '')").strip() == ""
