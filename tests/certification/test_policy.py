"""Who may issue, see and revoke certificates: everybody against every question."""

from __future__ import annotations

from nador.certification import policy
from nador.kernel.access import Forbidden
from tests.permission import (
    EVERYBODY,
    HERE,
    ME,
    OTHER,
    THERE,
    assert_let_in,
    those_told,
    those_who_may,
)

READERS = {"registrar", "certifier", "auditor"}


def test_certifiers_decide_and_staff_look_on() -> None:
    assert_let_in(
        lambda actor: policy.require_certify(actor, institute_id=HERE),
        let_in={"certifier"},
        forbidden=READERS - {"certifier"},
    )
    assert those_who_may(lambda actor: policy.may_certify(actor, institute_id=HERE)) == {
        "certifier"
    }
    assert those_who_may(lambda actor: policy.may_certify(actor, institute_id=THERE)) == {
        "all of them elsewhere"
    }


def test_the_registry_is_hidden_from_all_but_its_staff() -> None:
    assert_let_in(
        lambda actor: policy.require_see(actor, institute_id=HERE), READERS, forbidden=set()
    )


def test_the_pages_are_for_those_who_see_certificates() -> None:
    assert policy.READERS == ("auditor", "certifier", "registrar")


def test_holders_have_their_own_document_and_certifiers_any() -> None:
    assert those_told(
        None, lambda actor: policy.require_file(actor, holder_id=ME, institute_id=HERE)
    ) == (EVERYBODY.keys() - {"nobody"})
    assert_let_in(
        lambda actor: policy.require_file(actor, holder_id=OTHER, institute_id=HERE),
        let_in={"certifier"},
        forbidden=READERS - {"certifier"},
    )


def test_nobody_decides_for_the_holder() -> None:
    assert_let_in(
        lambda actor: policy.require_holder(actor, holder_id=ME),
        let_in=EVERYBODY.keys() - {"nobody"},
        forbidden=set(),
    )
    assert_let_in(
        lambda actor: policy.require_holder(actor, holder_id=OTHER), let_in=set(), forbidden=set()
    )


def test_templates_are_seen_by_those_who_answer_and_edited_by_certifiers() -> None:
    seeing = {"auditor", "certifier", "administrator"}
    assert set(policy.TEMPLATE_READERS) == seeing
    assert_let_in(
        lambda actor: policy.require_see_template(actor, institute_id=HERE),
        let_in=seeing,
        forbidden=set(),
    )
    assert_let_in(
        lambda actor: policy.require_edit_template(actor, institute_id=HERE),
        let_in={"certifier"},
        forbidden=seeing - {"certifier"},
    )


def test_only_who_proposed_takes_it_back() -> None:
    everybody_but_nobody = EVERYBODY.keys() - {"nobody"}

    assert those_told(None, lambda actor: policy.require_proposer(actor, proposed_by_id=ME)) == (
        everybody_but_nobody
    )
    assert those_told(
        Forbidden, lambda actor: policy.require_proposer(actor, proposed_by_id=OTHER)
    ) == set(EVERYBODY)


def test_keys_are_for_administrators_of_the_centre_and_the_log_is_for_all_of_them() -> None:
    assert_let_in(
        lambda actor: policy.require_keys(actor, institute_id=HERE),
        let_in={"administrator"},
        forbidden=set(),
    )
    assert_let_in(
        lambda actor: policy.require_keys(actor, institute_id=None),
        let_in={"administrator", "all of them elsewhere"},
        forbidden=set(),
    )
