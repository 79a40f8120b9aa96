"""One of everybody who may ask for something, and what a policy answers each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nador.kernel.access import NOBODY, Actor, Forbidden, Grant, Role
from nador.kernel.errors import DomainError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

HERE, THERE = 1, 2
RUN, OTHER_RUN = 10, 11
ME, OTHER = 100, 200


def someone(*roles: Role, institute_id: int = HERE, run_id: int = RUN) -> Actor:
    """Make up an actor; an instructor's role is for one run."""
    return Actor(
        person_id=ME,
        grants=frozenset(
            Grant(role, institute_id, run_id if role is Role.INSTRUCTOR else None) for role in roles
        ),
    )


EVERYBODY: Final = {
    "nobody": NOBODY,
    "learner": someone(),
    "instructor": someone(Role.INSTRUCTOR),
    "instructor of another run": someone(Role.INSTRUCTOR, run_id=OTHER_RUN),
    "registrar": someone(Role.REGISTRAR),
    "certifier": someone(Role.CERTIFIER),
    "auditor": someone(Role.AUDITOR),
    "administrator": someone(Role.ADMINISTRATOR),
    "all of them elsewhere": someone(*Role, institute_id=THERE),
}


def verdict(call: Callable[..., object], *given: object) -> type[DomainError] | None:
    """Give the kind of the call's refusal; None where there is none."""
    try:
        call(*given)
    except DomainError as refused:
        return type(refused)
    return None


def those_who_may(may: Callable[[Actor], bool]) -> set[str]:
    """Ask a question that is answered by yes or no for everybody."""
    return {who for who, actor in EVERYBODY.items() if may(actor)}


def those_told(kind: type[DomainError] | None, require: Callable[[Actor], object]) -> set[str]:
    """Ask for everybody: who is refused with this very kind, or with None is let in?"""
    return {who for who, actor in EVERYBODY.items() if verdict(require, actor) is kind}


def assert_let_in(
    require: Callable[[Actor], object], let_in: set[str], forbidden: set[str]
) -> None:
    """Expect these to be let in, those to be forbidden, and the others to find nothing."""
    assert those_told(None, require) == let_in
    assert those_told(Forbidden, require) == forbidden
    assert those_told(NotFound, require) == EVERYBODY.keys() - let_in - forbidden
