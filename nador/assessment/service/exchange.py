"""Questions of a file into a bank: what is sound comes in, the rest is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nador.assessment.questions.formats.report import Item, Reading, Refused
from nador.assessment.rules.banks import image_type
from nador.assessment.rules.refusals import ImageUnreadable
from nador.assessment.service import banks
from nador.kernel import audit
from nador.kernel.db import command
from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's questions."""

    added: list[Item]
    refused: list[Refused]


@command
def import_questions(session: Session, actor: Actor, *, bank_id: int, reading: Reading) -> Imported:
    """Add what was read to the bank, as drafts; its images have to be in the file store already.

    One that can't be added is named and left out; the others come in.
    """
    bank = banks.managed_bank(session, actor, bank_id)
    added, refused = [], list(reading.refused)
    for item in reading.items:
        try:
            with session.begin_nested():
                _add(session, actor, bank.id, item, reading)
        except (Invalid, Conflict) as reason:
            refused.append(Refused(item.line, item.name, reason, item.file))
        else:
            added.append(item)
    audit.record(
        session,
        actor,
        "bank.imported",
        f"bank:{bank.id}",
        institute_id=bank.institute_id,
        added=len(added),
        refused=len(refused),
    )
    refused.sort(key=lambda each: (each.file, each.line))
    return Imported(added, refused)


def _add(session: Session, actor: Actor, bank_id: int, item: Item, reading: Reading) -> None:
    bank = banks.managed_bank(session, actor, bank_id)
    for sha256 in item.content.get("files", {}).values():
        content = reading.images[sha256]
        media_type = image_type(content)
        if media_type is None:
            raise ImageUnreadable
        banks.add_file(
            session,
            actor,
            bank_id=bank_id,
            sha256=sha256,
            media_type=media_type,
            size=len(content),
        )
    banks.create_question(
        session,
        actor,
        bank_id=bank_id,
        content=item.content,
        name=item.name,
        category_id=banks.category_of_path(session, bank, item.path),
        tags=item.tags,
    )
