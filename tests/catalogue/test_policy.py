"""Who may see and change the catalogue: everybody against every question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nador.catalogue import policy
from nador.catalogue.models import Run
from tests.permission import HERE, RUN, THERE, assert_let_in, those_who_may

if TYPE_CHECKING:
    from collections.abc import Callable

    from nador.kernel.access import Actor

MANAGERS = {"registrar", "administrator"}
READERS = {"certifier", "auditor"}
OURS = Run(id=RUN, institute_id=HERE)


def test_registrars_and_administrators_change_the_catalogue() -> None:
    assert those_who_may(lambda actor: policy.may_manage(actor, HERE)) == MANAGERS
    assert those_who_may(lambda actor: policy.may_manage(actor, THERE)) == {"all of them elsewhere"}


def test_the_menu_asks_for_any_institute() -> None:
    assert those_who_may(policy.manages_somewhere) == {*MANAGERS, "all of them elsewhere"}


def test_the_catalogue_is_its_institutes() -> None:
    assert_let_in(
        lambda actor: policy.require_may_manage(actor, HERE), let_in=MANAGERS, forbidden=READERS
    )


@pytest.mark.parametrize(
    ("require", "let_in"),
    [
        pytest.param(policy.require_may_manage_run, MANAGERS, id="change"),
        pytest.param(policy.require_may_hold, {"instructor", *MANAGERS}, id="hold a meeting"),
        pytest.param(policy.require_may_conclude, MANAGERS, id="conclude"),
    ],
)
def test_a_run_is_its_staffs(require: Callable[[Actor, Run], None], let_in: set[str]) -> None:
    staff = {"instructor", *MANAGERS, *READERS}

    assert_let_in(lambda actor: require(actor, OURS), let_in=let_in, forbidden=staff - let_in)
