"""Who may touch whose place: each role against its own and others' cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.catalogue.models import Run
from nador.catalogue.rules import RunStatus
from nador.enrolment import policy
from nador.kernel.access import NOBODY, Forbidden, OwnCase, Role
from nador.kernel.errors import NotFound
from tests.permission import HERE, ME, OTHER, OTHER_RUN, RUN, THERE, someone, verdict

if TYPE_CHECKING:
    from nador.kernel.access import Actor
    from nador.kernel.errors import DomainError


@pytest.mark.parametrize(
    ("actor", "own", "others"),
    [
        pytest.param(NOBODY, Forbidden, Forbidden, id="nobody"),
        pytest.param(someone(), None, Forbidden, id="learner"),
        pytest.param(someone(Role.INSTRUCTOR), None, Forbidden, id="instructor"),
        pytest.param(someone(Role.REGISTRAR), None, None, id="registrar"),
        pytest.param(someone(Role.CERTIFIER), None, Forbidden, id="certifier"),
        pytest.param(someone(Role.AUDITOR), None, Forbidden, id="auditor"),
        pytest.param(someone(Role.ADMINISTRATOR), None, None, id="administrator"),
        pytest.param(
            someone(Role.REGISTRAR, institute_id=THERE), None, Forbidden, id="registrar elsewhere"
        ),
    ],
)
def test_enrolling(
    actor: Actor, own: type[DomainError] | None, others: type[DomainError] | None
) -> None:
    assert verdict(lambda: policy.require_may_enrol(actor, ME, institute_id=HERE)) is own
    assert verdict(lambda: policy.require_may_enrol(actor, OTHER, institute_id=HERE)) is others


@pytest.mark.parametrize(
    ("actor", "own", "others"),
    [
        pytest.param(NOBODY, NotFound, NotFound, id="nobody"),
        pytest.param(someone(), None, NotFound, id="learner"),
        pytest.param(someone(Role.INSTRUCTOR), None, Forbidden, id="instructor"),
        pytest.param(
            someone(Role.INSTRUCTOR, run_id=OTHER_RUN), None, NotFound, id="other instructor"
        ),
        pytest.param(someone(Role.REGISTRAR), None, None, id="registrar"),
        pytest.param(someone(Role.CERTIFIER), None, NotFound, id="certifier"),
        pytest.param(someone(Role.AUDITOR), None, Forbidden, id="auditor"),
        pytest.param(someone(Role.ADMINISTRATOR), None, None, id="administrator"),
    ],
)
def test_withdrawing(
    actor: Actor, own: type[DomainError] | None, others: type[DomainError] | None
) -> None:
    def ask(person_id: int) -> type[DomainError] | None:
        return verdict(
            lambda: policy.require_owner_or_staff(actor, person_id, institute_id=HERE, run_id=RUN)
        )

    assert ask(ME) is own
    assert ask(OTHER) is others


@pytest.mark.parametrize(
    ("actor", "see", "mark"),
    [
        pytest.param(NOBODY, NotFound, NotFound, id="nobody"),
        pytest.param(someone(), NotFound, NotFound, id="learner"),
        pytest.param(someone(Role.INSTRUCTOR), None, None, id="instructor"),
        pytest.param(
            someone(Role.INSTRUCTOR, run_id=OTHER_RUN), NotFound, NotFound, id="other instructor"
        ),
        pytest.param(someone(Role.REGISTRAR), None, None, id="registrar"),
        pytest.param(someone(Role.CERTIFIER), NotFound, NotFound, id="certifier"),
        pytest.param(someone(Role.AUDITOR), None, Forbidden, id="auditor"),
        pytest.param(someone(Role.ADMINISTRATOR), None, None, id="administrator"),
    ],
)
def test_attendance(
    actor: Actor, see: type[DomainError] | None, mark: type[DomainError] | None
) -> None:
    run = {"institute_id": HERE, "run_id": RUN}

    assert verdict(lambda: policy.require_see_attendance(actor, **run)) is see
    assert verdict(lambda: policy.require_see_people(actor, **run)) is see
    assert verdict(lambda: policy.require_mark(actor, **run)) is mark
    assert policy.may_mark(actor, **run) is (mark is None)


@pytest.mark.parametrize(
    ("actor", "person_id", "expected"),
    [
        pytest.param(someone(Role.REGISTRAR), OTHER, None, id="registrar"),
        pytest.param(someone(Role.ADMINISTRATOR), OTHER, None, id="administrator"),
        pytest.param(someone(Role.REGISTRAR), ME, OwnCase, id="one's own result"),
        pytest.param(someone(Role.CERTIFIER), OTHER, Forbidden, id="certifier"),
        pytest.param(someone(), OTHER, NotFound, id="learner"),
    ],
)
def test_concluding(actor: Actor, person_id: int, expected: type[DomainError] | None) -> None:
    assert verdict(lambda: policy.require_conclude(actor, person_id, institute_id=HERE)) is expected


def test_only_managers_enrol_others() -> None:
    assert policy.may_enrol_others(someone(Role.REGISTRAR), institute_id=HERE)
    assert not policy.may_enrol_others(someone(Role.REGISTRAR), institute_id=THERE)


@pytest.mark.parametrize(
    ("actor", "status", "expected"),
    [
        pytest.param(NOBODY, RunStatus.PUBLISHED, None, id="everybody knows a published run"),
        pytest.param(someone(), RunStatus.DRAFT, NotFound, id="a learner and a draft"),
        pytest.param(someone(Role.REGISTRAR), RunStatus.DRAFT, None, id="a registrar and a draft"),
    ],
)
def test_who_may_know_of_a_run(
    actor: Actor, status: RunStatus, expected: type[DomainError] | None
) -> None:
    run = Run(institute_id=HERE, status=status)

    assert verdict(policy.require_may_know, actor, run) is expected
