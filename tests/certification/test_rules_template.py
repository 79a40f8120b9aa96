"""What a template version decides, read and written; its texts and their placeholders."""

import pytest

from nador.certification.facts import Kind, Words
from nador.certification.rules import (
    DraftChanged,
    TemplateStatus,
    VersionKept,
    VersionNotChanged,
    require_draft,
    require_edition,
    require_template_step,
)
from nador.certification.template import (
    BUNDLED,
    LANGUAGES,
    PLACEHOLDERS,
    SLOTS,
    UNCHANGED,
    Accent,
    Design,
    Flaw,
    FlawKind,
    Frame,
    Media,
    OnSheet,
    Picture,
    TemplateOptions,
    Texts,
    flaws_of,
    pieces,
    placeholders,
    specimen_expiry,
    stray_brace,
)

LOGO = Picture(sha256="a" * 64, media=Media.SVG, width=2, height=1)
SIGNATURE = Picture(sha256="b" * 64, media=Media.PNG, width=300, height=100)
FULL = TemplateOptions(
    languages=("ar", "fr"),
    tifinagh=False,
    texts=Texts(
        **{
            slot: Words(ar="نص", fr="texte", en="text") if slot == "awarded" else Words("", "", "")
            for slot in SLOTS
        }
    ),
    logo=LOGO,
    signatories=(
        OnSheet("Leïla Haddad", "ليلى حداد", Words(ar="أ", fr="b", en="c"), signature=SIGNATURE),
        OnSheet("Omar Idrissi", "عمر الإدريسي", Words(ar="أ", fr="b", en="c")),
    ),
    frame=Frame.NONE,
    accent=Accent.RED,
    show_mention=False,
    show_hours=False,
    show_dates=False,
    valid_months=24,
)


@pytest.mark.parametrize(
    "options", [pytest.param(TemplateOptions(), id="plain"), pytest.param(FULL, id="all said")]
)
def test_options_are_read_back_as_written(options: TemplateOptions) -> None:
    assert TemplateOptions.from_dict(options.to_dict()) == options


def test_options_of_before_there_was_anything_to_edit_are_the_bundled_sheet() -> None:
    assert TemplateOptions.from_dict({}) == TemplateOptions()
    assert TemplateOptions.from_dict({"valid_months": 24}).valid_months == 24


def test_an_option_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(TypeError, match="watermark"):
        TemplateOptions.from_dict({"watermark": "no"})


def test_options_have_one_spelling() -> None:
    assert TemplateOptions.from_dict(dict(reversed(FULL.to_dict().items()))).to_json() == (
        FULL.to_json()
    )
    assert TemplateOptions().to_json().startswith('{"accent":null,"frame":null,"languages":["ar",')


def test_a_text_left_alone_is_the_bundled_one() -> None:
    assert FULL.text("awarded", "fr", kind=Kind.CERTIFICAT) == "texte"
    assert FULL.text("heading", "fr", kind=Kind.CERTIFICAT) == "Certificat de réussite"
    assert FULL.text("heading", "fr", kind=Kind.ATTESTATION) == "Attestation de présence"
    assert TemplateOptions().text("awarded", "en", kind=Kind.ATTESTATION) == "is given to"


def test_pictures_are_read_by_their_hash_and_called_by_their_name() -> None:
    assert FULL.pictures == (LOGO, SIGNATURE)
    assert Design(FULL, str.encode).pictures() == {
        "a" * 64 + ".svg": b"a" * 64,
        "b" * 64 + ".png": b"b" * 64,
    }
    assert TemplateOptions().pictures == ()


@pytest.mark.parametrize(
    ("languages", "named"), [(("ar", "fr"), True), (("ar", "en"), False), (("fr",), True)]
)
def test_a_sheet_knows_whether_a_text_names_the_holder(
    languages: tuple[str, ...], *, named: bool
) -> None:
    texts = {slot: Words("", "", "") for slot in SLOTS}
    texts["followed"] = Words(ar="{hours}", fr="que {holder} a suivi", en="")

    assert TemplateOptions(languages=languages, texts=Texts(**texts)).names_holder is named
    assert not TemplateOptions().names_holder


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("le {ends}", [("le ", False), ("ends", True)]),
        ("{a}{b}c", [("a", True), ("b", True), ("c", False)]),
        ("{ ends }", [(" ends ", True)]),
    ],
)
def test_a_text_is_cut_at_its_placeholders(text: str, cut: list[tuple[str, bool]]) -> None:
    assert list(pieces(text)) == cut
    assert list(placeholders(text)) == [piece for piece, named in cut if named]


@pytest.mark.parametrize(
    ("text", "stray"),
    [("{ends}", False), ("{ends", True), ("ends}", True), ("{{ends}}", True), ("", False)],
)
def test_a_brace_of_no_placeholder_is_noticed(text: str, *, stray: bool) -> None:
    assert stray_brace(text) is stray


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("slot", SLOTS)
def test_the_bundled_texts_name_only_facts_that_are_there(kind: Kind, slot: str) -> None:
    for language in LANGUAGES:
        text = getattr(getattr(BUNDLED[kind], slot), language)
        assert text
        assert set(placeholders(text)) <= PLACEHOLDERS[slot]
        assert not stray_brace(text)
        assert getattr(getattr(UNCHANGED, slot), language) == ""


def test_a_fact_that_may_be_missing_is_named_only_where_it_is_there() -> None:
    assert [slot for slot in SLOTS if "mention" in PLACEHOLDERS[slot]] == ["mention"]
    assert [slot for slot in SLOTS if "expires" in PLACEHOLDERS[slot]] == ["until"]
    assert PLACEHOLDERS["until"] >= {"holder", "title", "hours", "starts", "ends", "issued"}


def said(**texts: Words) -> Texts:
    return Texts(**{slot: texts.get(slot, Words(ar="", fr="", en="")) for slot in SLOTS})


@pytest.mark.parametrize(
    ("slot", "text", "found"),
    [
        ("hours", "{hours} et {title}", []),
        ("hours", "{mention}", [Flaw(FlawKind.UNKNOWN_FACT, "hours", "fr", "mention")]),
        ("mention", "{mention}", []),
        ("until", "{expires}", []),
        ("place", "{expires}", [Flaw(FlawKind.UNKNOWN_FACT, "place", "fr", "expires")]),
        ("place", "{ city }", [Flaw(FlawKind.UNKNOWN_FACT, "place", "fr", " city ")]),
        ("place", "{city", [Flaw(FlawKind.STRAY_BRACE, "place", "fr")]),
        ("place", "a" * 300, []),
        ("place", "a" * 301, [Flaw(FlawKind.TOO_LONG, "place", "fr", "300")]),
        ("place", "a\nb", [Flaw(FlawKind.TOO_MANY_LINES, "place", "fr", "1")]),
        ("check", "a\nb", []),
        ("check", "a\nb\nc", [Flaw(FlawKind.TOO_MANY_LINES, "check", "fr", "2")]),
    ],
)
def test_what_is_wrong_with_a_text_is_told(slot: str, text: str, found: list[Flaw]) -> None:
    options = TemplateOptions(texts=said(**{slot: Words(ar="", fr=text, en="")}))

    assert flaws_of(options) == found


def test_a_language_that_is_left_out_is_not_judged() -> None:
    wrong = said(place=Words(ar="{", fr="", en=""))

    assert flaws_of(TemplateOptions(languages=("fr",), texts=wrong)) == []
    assert flaws_of(TemplateOptions(languages=())) == [Flaw(FlawKind.NO_LANGUAGE)]


def test_who_signs_has_a_name_in_one_script_at_least() -> None:
    office = Words(ar="أ", fr="b", en="c")
    one = TemplateOptions(signatories=(OnSheet("A", "", office), OnSheet("", "ب", office)))
    none = TemplateOptions(signatories=(OnSheet("", "", office),))

    assert flaws_of(one) == []
    assert flaws_of(none) == [Flaw(FlawKind.NAMELESS, "signatory")]


def test_a_specimen_ends_where_documents_of_the_template_do() -> None:
    assert specimen_expiry(TemplateOptions()) is None
    assert specimen_expiry(TemplateOptions(valid_months=1)) is not None


def test_only_a_draft_is_edited() -> None:
    require_draft(TemplateStatus.DRAFT)
    for status in (TemplateStatus.ACTIVE, TemplateStatus.ARCHIVED):
        with pytest.raises(VersionKept):
            require_draft(status)


@pytest.mark.parametrize("old", list(TemplateStatus))
@pytest.mark.parametrize("new", list(TemplateStatus))
def test_a_version_comes_into_use_or_is_archived_and_is_no_draft_again(
    old: TemplateStatus, new: TemplateStatus
) -> None:
    allowed = (old.value, new.value) in {
        ("draft", "active"),
        ("draft", "archived"),
        ("archived", "active"),
    }

    if allowed:
        require_template_step(old, new)
    else:
        with pytest.raises(VersionNotChanged):
            require_template_step(old, new)


@pytest.mark.parametrize("read", [None, "", "now"])
def test_who_read_the_newest_draft_or_none_may_save(read: str | None) -> None:
    require_edition(read, "now")


def test_nobody_writes_over_what_a_colleague_saved_meanwhile() -> None:
    with pytest.raises(DraftChanged):
        require_edition("before", "now")
