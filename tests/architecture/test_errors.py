"""Every refusal has a code of its own and a sentence in each language."""

import importlib
import pickle
import pkgutil
from collections.abc import Iterator
from datetime import date

import pytest

import nador
from nador.kernel import errors, i18n, text
from nador.kernel.errors import DomainError, counted
from tests.architecture import words

KINDS = (errors.NotFound, errors.NotAllowed, errors.Conflict, errors.Invalid)


def modules() -> list[str]:
    found = pkgutil.walk_packages(nador.__path__, "nador.")
    return [module.name for module in found if module.name != "nador.__main__"]


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("nador."):
            yield each
        yield from subclasses(each)


@pytest.fixture(scope="module")
def refusals() -> list[type[DomainError]]:
    for module in modules():
        importlib.import_module(module)
    return sorted(set(subclasses(DomainError)), key=lambda kind: kind.code)


@pytest.fixture(scope="module")
def sentences() -> dict[str, errors.Words]:
    tables = [
        importlib.import_module(module).ERRORS
        for module in modules()
        if module.endswith(".labels") and hasattr(importlib.import_module(module), "ERRORS")
    ]
    return {code: sentence for table in tables for code, sentence in table.items()}


def test_every_code_has_one_meaning(refusals: list[type[DomainError]]) -> None:
    codes = [kind.code for kind in refusals]

    assert all(codes)
    assert not {code for code in codes if codes.count(code) > 1}


def test_every_refusal_is_of_one_of_the_four_kinds(refusals: list[type[DomainError]]) -> None:
    assert [kind for kind in refusals if not issubclass(kind, KINDS)] == []


@pytest.mark.parametrize("code", ["ar", "fr"])
def test_every_code_has_words(
    refusals: list[type[DomainError]], sentences: dict[str, errors.Words], code: str
) -> None:
    said = {single for entries in words.kept(code).values() for single in entries}
    singles = {
        refusal.code: sentence if isinstance(sentence, str) else sentence[0]
        for refusal in refusals
        if (sentence := sentences.get(refusal.code))
    }

    assert [kind.code for kind in refusals if kind.code not in singles] == []
    assert [key for key, single in singles.items() if single not in said] == []


class SeatsGone(errors.Conflict):
    code = "test_seats_gone"


@pytest.fixture
def registered() -> None:
    errors.register(
        {
            "conflict": "This is not possible at the moment.",
            "test_seats_gone": counted(
                "%(count)s seat was free until %(day)s.", "%(count)s seats were free until %(day)s."
            ),
        }
    )


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 seat was free until 1 November 2026."),
        (1200, "1,200 seats were free until 1 November 2026."),
    ],
)
def test_describe_counts_and_formats(count: int, said: str) -> None:
    refusal = SeatsGone(count=count, day=date(2026, 11, 1))

    assert errors.describe(refusal, i18n.translator("en")) == said


@pytest.mark.usefixtures("registered")
def test_a_code_without_words_speaks_for_its_kind() -> None:
    class Unspoken(errors.Conflict):
        code = "test_unspoken"

    said = errors.describe(Unspoken(), i18n.translator("en"))

    assert said == "This is not possible at the moment."


@pytest.mark.usefixtures("registered")
def test_a_code_keeps_its_sentence() -> None:
    with pytest.raises(ValueError, match="two sentences"):
        errors.register({"conflict": "Something else."})


def test_a_refusal_survives_the_way_between_processes() -> None:
    refusal = text.NameTooLong(field="name_latin", limit=200, length=300)

    twin = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes

    assert (type(twin), twin.field, twin.params) == (text.NameTooLong, "name_latin", refusal.params)
    assert str(twin) == "name_too_long(limit=200, length=300)"
