"""The bank of comments that markers use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nador.assessment import policy
from nador.assessment.models import BankComment
from nador.assessment.queries import marking as bench_queries
from nador.assessment.rules.marking import CommentMissing
from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.text import clean_block

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@command
def add_comment(
    session: Session, actor: Actor, *, institute_id: int, text: str, shared: bool
) -> BankComment:
    """Keep a comment for oneself, or for everybody who marks at the institute."""
    policy.require_may_manage_bank(actor, institute_id)
    comment = BankComment(
        institute_id=institute_id,
        person_id=None if shared else actor.person_id,
        text=_words(text),
        made_at=clock.now(),
        made_by_id=actor.person_id,
    )
    session.add(comment)
    session.flush()
    return comment


@command
def change_comment(session: Session, actor: Actor, *, comment_id: int, text: str) -> BankComment:
    """Put a comment in other words; what was given to learners stays as it was."""
    comment = bench_queries.comment_of(session, actor, comment_id)
    comment.text = _words(text)
    return comment


@command
def drop_comment(session: Session, actor: Actor, *, comment_id: int) -> None:
    """Take a comment out of the bank."""
    session.delete(bench_queries.comment_of(session, actor, comment_id))


def _words(text: str) -> str:
    cleaned = clean_block(text)
    if not cleaned:
        raise CommentMissing(field="text")
    return cleaned
