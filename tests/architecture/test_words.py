"""Nothing on any screen, mail or paper goes without its words in Arabic and French."""

import re
from pathlib import Path

import pytest

from nador.kernel.i18n import messages
from tests.architecture import words

LABELS = """
from nador.kernel.i18n import msgid
ERRORS: dict[str, str] = {"full": "The run is full.", "late": msgid("Too late.")}
def say(t, n): return t.ngettext("%(num)s seat", "%(num)s seats", n) + t.gettext("For %(name)s")
"""
PAGE = """{% trans %}
    Dear learner
{% endtrans %} {{ _("Save") }} {{ gettext("For %(name)s", name="x") }}
{% trans count=seats|length %}{{ count }} place{% pluralize %}{{ count }} places{% endtrans %}"""


@pytest.mark.parametrize("code", words.LANGUAGES)
def test_everything_is_said(code: str) -> None:
    wrong = words.faults(code)

    assert not wrong, "Run `python -m tests.architecture.words --update`, then translate:\n" + (
        "\n".join(wrong)
    )


def test_french_is_set_as_french() -> None:
    """No-break spaces inside guillemets and before double signs; U+2019 for the apostrophe."""
    loose = re.compile(r" [:;?!»]|« |\w'\w")

    assert [said for said in messages("fr").values() if loose.search(str(said))] == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small checkout: one feature, a kernel, three templates, no translation yet."""
    files = {
        "nador/seats/__init__.py": "",
        "nador/seats/labels.py": LABELS,
        "nador/kernel/__init__.py": "",
        "nador/app.py": '_("Save")',
        "templates/seats/page.html": PAGE,
        "templates/mail/seats/offer.txt": "{{ _('A seat is free') }}",
        "templates/_layout/base.html": "{{ _('Menu') }}",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path


def translate(project: Path, old: str, new: str, file: str = "fr/seats.po") -> None:
    path = project / "nador" / "translations" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_words_go_to_their_feature_and_common_ones_stand_once(project: Path) -> None:
    assert words.said(project) == {
        "common": {"Save": "Save"},
        "layout": {"Menu": "Menu"},
        "seats": {
            "The run is full.": "The run is full.",
            "Too late.": "Too late.",
            "%(num)s seat": ("%(num)s seat", "%(num)s seats"),
            "For %(name)s": "For %(name)s",
            "Dear learner": "Dear learner",
            "%(count)s place": ("%(count)s place", "%(count)s places"),
            "A seat is free": "A seat is free",
        },
    }


def test_missing_words_are_listed(project: Path) -> None:
    assert "fr/seats.po: missing: 'Too late.'" in words.faults("fr", project)


def test_update_adds_empty_entries_once(project: Path) -> None:
    assert "seats.po (fr) + Too late." in words.update(project)
    assert words.update(project) == []
    assert "fr/seats.po: empty: 'Too late.'" in words.faults("fr", project)


def test_update_keeps_translations_and_drops_the_unsaid(project: Path) -> None:
    words.update(project)
    translate(project, 'msgid "Too late."\nmsgstr ""', '# Note\nmsgid "Too late."\nmsgstr "Fini."')
    (project / "templates/mail/seats/offer.txt").write_text("", "utf-8")

    assert words.update(project) == [
        "seats.po (ar) - A seat is free",
        "seats.po (fr) - A seat is free",
    ]
    entry = words.kept("fr", project)["seats"]["Too late."]
    assert (entry.forms, entry.comments) == (("Fini.",), ("Note",))


def test_words_that_become_common_keep_their_translation(project: Path) -> None:
    words.update(project)
    translate(project, 'msgid "Too late."\nmsgstr ""', 'msgid "Too late."\nmsgstr "Fini."')
    (project / "nador/app.py").write_text('_("Save"), _("Too late.")', "utf-8")
    words.update(project)

    assert words.kept("fr", project)["common"]["Too late."].forms == ("Fini.",)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            'msgid "Too late."\nmsgstr ""',
            '#, fuzzy\nmsgid "Too late."\nmsgstr "Fini."',
            "fr/seats.po: fuzzy: 'Too late.'",
            id="fuzzy",
        ),
        pytest.param(
            'msgid "For %(name)s"\nmsgstr ""',
            'msgid "For %(name)s"\nmsgstr "Pour %(nom)s"',
            "fr/seats.po: other placeholders: 'For %(name)s'",
            id="another name",
        ),
        pytest.param(
            'msgid "For %(name)s"\nmsgstr ""',
            'msgid "For %(name)s"\nmsgstr "Pour %(name)s à 100 %"',
            "fr/seats.po: other placeholders: 'For %(name)s'",
            id="a bare percent sign",
        ),
        pytest.param(
            'msgid "For %(name)s"\nmsgstr ""',
            'msgid "For %(name)s"\nmsgstr "Pour tous"',
            "fr/seats.po: other placeholders: 'For %(name)s'",
            id="left out",
        ),
        pytest.param(
            '"%(num)s seats"\nmsgstr[0] ""\nmsgstr[1] ""',
            '"%(num)s seats"\nmsgstr[0] "%(num)s place"',
            "fr/seats.po: empty: '%(num)s seat'",
            id="a form is missing",
        ),
        pytest.param(
            'msgid "Too late."\nmsgstr ""',
            'msgid "Too late."\nmsgid_plural "-"\nmsgstr[0] "Fini."\nmsgstr[1] "Finis."',
            "fr/seats.po: wrong number of plural forms: 'Too late.'",
            id="forms for a sentence that does not count",
        ),
    ],
)
def test_wrong_translations_are_listed(project: Path, old: str, new: str, fault: str) -> None:
    words.update(project)
    translate(project, old, new)

    assert fault in words.faults("fr", project)


def test_an_arabic_dual_may_leave_its_number_unsaid(project: Path) -> None:
    words.update(project)
    path = project / "nador/translations/ar/seats.po"
    forms = ["لا مقاعد", "مقعد واحد", "مقعدان", "%(num)s مقاعد", "%(num)s مقعدا", "%(num)s مقعد"]
    entries = words.kept("ar", project)["seats"] | {"%(num)s seat": words.Entry(tuple(forms))}
    words.write(path, "ar", words.said(project)["seats"], entries)

    assert not [fault for fault in words.faults("ar", project) if "%(num)s seat" in fault]


def test_files_that_disagree_are_listed(project: Path) -> None:
    words.update(project)
    common = project / "nador/translations/fr/common.po"
    translate(project, 'msgid "Too late."\nmsgstr ""', 'msgid "Too late."\nmsgstr "Fini."')
    common.write_text(common.read_text("utf-8") + '\nmsgid "Too late."\nmsgstr "Trop tard."\n')

    assert "fr: common.po and seats.po say 'Too late.' differently" in words.faults("fr", project)
