"""The bank of comments: one's own, and everybody's at the institute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from nador.assessment import policy
from nador.assessment.models import BankComment
from nador.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

MOST_COMMENTS = 200


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that can be used again."""

    id: int
    institute_id: int
    shared: bool
    text: str


def comments_for(
    session: Session, actor: Actor, institute_ids: Collection[int] | None = None
) -> list[Comment]:
    """The comments that somebody may use at these institutes (or wherever they grade), own ones first."""
    institutes = policy.bank_institutes(actor, policy.GRADE)
    if institute_ids is not None:
        institutes &= frozenset(institute_ids)
    found = session.execute(
        select(BankComment.id, BankComment.institute_id, BankComment.person_id, BankComment.text)
        .where(
            BankComment.institute_id.in_(institutes),
            or_(BankComment.person_id.is_(None), BankComment.person_id == actor.person_id),
        )
        .order_by(BankComment.person_id.is_(None), BankComment.text)
        .limit(MOST_COMMENTS)
    )
    return [Comment(row.id, row.institute_id, row.person_id is None, row.text) for row in found]


def comment_of(session: Session, actor: Actor, comment_id: int) -> BankComment:
    """A comment that is the actor's, or everybody's where they grade; raises NotFound."""
    found = session.get(BankComment, comment_id)
    if found is None or found.person_id not in {None, actor.person_id}:
        raise NotFound
    policy.require_may_manage_bank(actor, found.institute_id)
    return found
