"""The commands about receipts: asked for by anybody, made by a worker, forgotten after a day."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from nador.kernel import clock
from nador.kernel.db import command
from nador.kernel.work import WorkLease
from nador.verification.models import Receipt
from nador.verification.rules import FRESH, ReceiptStatus

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor

RECEIPT: Final = "receipt"
"""The name of the work."""


@command
def order_receipt(
    session: Session, _actor: Actor, *, asked: str, locale: str, code: str | None = None
) -> str:
    """Order a receipt, and return its token; of one certificate one serves all who ask just now."""
    now = clock.now()
    if code is not None:
        known = session.scalar(
            select(Receipt.token).where(
                Receipt.code == code,
                Receipt.locale == locale,
                Receipt.status != ReceiptStatus.DEAD,
                Receipt.asked_at > now - FRESH,
            )
        )
        if known is not None:
            return known
    receipt = Receipt(
        token=secrets.token_urlsafe(32), locale=locale, code=code, asked=asked, asked_at=now
    )
    session.add(receipt)
    session.flush()
    return receipt.token


@command
def record_receipt(session: Session, _actor: Actor, *, item_id: int, outcome: bytes) -> None:
    """Keep the document; what was asked stands in it, and nowhere else any more."""
    receipt = session.get(Receipt, item_id)
    if receipt is not None:
        receipt.status, receipt.pdf, receipt.asked = ReceiptStatus.READY, outcome, ""


@command
def record_not_made(session: Session, _actor: Actor, *, item_id: int, error: str) -> None:
    """Say that the document could not be made."""
    del error
    receipt = session.get(Receipt, item_id)
    if receipt is not None:
        receipt.status = ReceiptStatus.DEAD


@command
def retry_receipt(session: Session, _actor: Actor, *, item_id: int) -> None:
    """Let the document be tried again."""
    receipt = session.get(Receipt, item_id)
    if receipt is not None:
        receipt.status = ReceiptStatus.DUE


@command
def forget_receipt(session: Session, _actor: Actor, *, item_id: int, outcome: None) -> None:
    """Forget a receipt, made or not."""
    del outcome
    session.execute(
        delete(WorkLease).where(WorkLease.work == RECEIPT, WorkLease.item_id == item_id)
    )
    session.execute(delete(Receipt).where(Receipt.id == item_id))


@command
def forget_all_receipts(session: Session, _actor: Actor) -> None:
    """Forget every receipt, made or not; who still needs one asks again."""
    session.execute(delete(WorkLease).where(WorkLease.work == RECEIPT))
    session.execute(delete(Receipt))
