"""Who may issue, see and revoke certificates."""

from __future__ import annotations

from nador.accounts.policy import require_administrator, require_may_administer
from nador.kernel.access import TABLE, Action, Actor, Forbidden, require
from nador.kernel.errors import NotFound

READERS = tuple(sorted(TABLE[Action.SEE_CERTIFICATES]))
"""The roles that the pages of the registry are for; who may only read is refused the rest."""


def require_certify(actor: Actor, *, institute_id: int) -> None:
    """Let certifiers of the institute decide; who only sees is forbidden, others find nothing."""
    require(actor, Action.CERTIFY, institute_id=institute_id, seen=Action.SEE_CERTIFICATES)


def may_certify(actor: Actor, *, institute_id: int) -> bool:
    """Whether a page should offer to issue and revoke."""
    return actor.may(Action.CERTIFY, institute_id=institute_id)


TEMPLATE_READERS = tuple(sorted(TABLE[Action.SEE_TEMPLATES]))
"""The roles that the pages of templates are for."""


def require_see_template(actor: Actor, *, institute_id: int) -> None:
    """Let certifiers, auditors and administrators see how an institute's documents look."""
    require(actor, Action.SEE_TEMPLATES, institute_id=institute_id)


def require_edit_template(actor: Actor, *, institute_id: int) -> None:
    """Let those decide how documents look who answer for what they say: the certifiers."""
    require(actor, Action.CERTIFY, institute_id=institute_id, seen=Action.SEE_TEMPLATES)


def require_proposer(actor: Actor, *, proposed_by_id: int) -> None:
    """Let nobody but who proposed take it back; a colleague may see it, and deny it."""
    if not actor.is_person(proposed_by_id):
        raise Forbidden


def require_keys(actor: Actor, *, institute_id: int | None) -> None:
    """Let an institute's administrators decide about its keys; the log's key is every centre's."""
    if institute_id is None:
        require_administrator(actor)
    else:
        require_may_administer(actor, institute_id)


def require_see(actor: Actor, *, institute_id: int) -> None:
    """Let the institute's staff read its registry."""
    require(actor, Action.SEE_CERTIFICATES, institute_id=institute_id)


def require_file(actor: Actor, *, holder_id: int, institute_id: int) -> None:
    """Let holders have their own document, and certifiers any."""
    if not actor.is_person(holder_id):
        require_certify(actor, institute_id=institute_id)


def require_holder(actor: Actor, *, holder_id: int) -> None:
    """Let nobody but the holder decide this."""
    if not actor.is_person(holder_id):
        raise NotFound
