"""Who may do what: one table, read by every feature's policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from nador.kernel.errors import NotAllowed, NotFound


class Role(StrEnum):
    """What a person may be at an institute; everybody is a learner."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    REGISTRAR = "registrar"
    CERTIFIER = "certifier"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be done at an institute, as far as a role decides it."""

    SEE_CATALOGUE = "see_catalogue"
    MANAGE_CATALOGUE = "manage_catalogue"
    SEE_ENROLMENTS = "see_enrolments"
    MANAGE_ENROLMENTS = "manage_enrolments"
    SEE_ATTENDANCE = "see_attendance"
    MARK_ATTENDANCE = "mark_attendance"
    SEE_GRADEBOOK = "see_gradebook"
    GRADE = "grade"
    RELEASE = "release"
    CONCLUDE = "conclude"
    SEE_CERTIFICATES = "see_certificates"
    CERTIFY = "certify"
    SEE_TEMPLATES = "see_templates"
    SEE_AUDIT = "see_audit"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role at one institute; an instructor's is for one run."""

    role: Role
    institute_id: int
    run_id: int | None = None


_I, _R, _C, _U, _A = (
    Role.INSTRUCTOR,
    Role.REGISTRAR,
    Role.CERTIFIER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

TABLE: dict[Action, frozenset[Role]] = {
    Action.SEE_CATALOGUE: frozenset({_I, _R, _C, _U, _A}),
    Action.MANAGE_CATALOGUE: frozenset({_R, _A}),
    Action.SEE_ENROLMENTS: frozenset({_I, _R, _U, _A}),
    Action.MANAGE_ENROLMENTS: frozenset({_R, _A}),
    Action.SEE_ATTENDANCE: frozenset({_I, _R, _U, _A}),
    Action.MARK_ATTENDANCE: frozenset({_I, _R, _A}),
    Action.SEE_GRADEBOOK: frozenset({_I, _R, _C, _U, _A}),
    Action.GRADE: frozenset({_I, _A}),
    Action.RELEASE: frozenset({_I, _R, _A}),
    Action.CONCLUDE: frozenset({_R, _A}),
    Action.SEE_CERTIFICATES: frozenset({_R, _C, _U}),
    Action.CERTIFY: frozenset({_C}),
    Action.SEE_TEMPLATES: frozenset({_C, _U, _A}),
    Action.SEE_AUDIT: frozenset({_U, _A}),
    Action.ADMINISTER: frozenset({_A}),
}
"""The table of the contract. Whose run or certificate it is, the feature's policy adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person with grants, or nobody."""

    person_id: int | None = None
    name_latin: str | None = None
    name_arabic: str | None = None
    locale: str | None = None
    grants: frozenset[Grant] = field(default_factory=frozenset)
    token_id: int | None = None
    sign_in_id: int | None = None

    @property
    def signed_in(self) -> bool:
        """Whether a person stands behind this actor."""
        return self.person_id is not None

    def is_person(self, person_id: int) -> bool:
        """Whether the actor is this very person."""
        return self.person_id is not None and self.person_id == person_id

    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        held = {grant.role for grant in self.grants}
        return frozenset(held | {Role.LEARNER} if self.signed_in else held)

    def may(self, action: Action, *, institute_id: int, run_id: int | None = None) -> bool:
        """Whether the table lets the actor do this at the institute (an instructor: on the run)."""
        return any(
            grant.institute_id == institute_id
            and grant.role in TABLE[action]
            and (grant.run_id is None or grant.run_id == run_id)
            for grant in self.grants
        )

    def institutes(self, action: Action) -> frozenset[int]:
        """Where the actor may do this throughout (an instructor's grant on one run does not count)."""
        return frozenset(
            grant.institute_id
            for grant in self.grants
            if grant.role in TABLE[action] and grant.run_id is None
        )

    def runs(self, action: Action) -> frozenset[int]:
        """On which single runs the actor may do this, besides `institutes`."""
        return frozenset(
            grant.run_id
            for grant in self.grants
            if grant.role in TABLE[action] and grant.run_id is not None
        )


NOBODY = Actor()
"""Someone who has not signed in, and the worker: it records, it decides nothing."""


class Forbidden(NotAllowed):
    """The actor can see the thing, but may not do this with it."""

    code = "forbidden"


class OwnCase(NotAllowed):
    """Nobody decides in their own case."""

    code = "own_case"


def require(
    actor: Actor,
    action: Action,
    *,
    institute_id: int,
    run_id: int | None = None,
    seen: Action | None = None,
) -> None:
    """Refuse what the table does not allow: Forbidden for those who may see it (`seen`), else NotFound."""
    if actor.may(action, institute_id=institute_id, run_id=run_id):
        return
    if seen is not None and actor.may(seen, institute_id=institute_id, run_id=run_id):
        raise Forbidden
    raise NotFound


def require_not_own_case(actor: Actor, person_id: int) -> None:
    """Refuse to let a person decide about themselves."""
    if actor.is_person(person_id):
        raise OwnCase
