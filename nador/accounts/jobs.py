"""What the doctor asks about institutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nador.accounts.labels import MISSING
from nador.accounts.models import Institute
from nador.accounts.queries import missing_for_issue
from nador.kernel.checkup import check
from nador.kernel.i18n import pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nador.kernel.work import Desk


@check("institutes ready to issue")
def _institutes(desk: Desk) -> Iterable[str]:
    """Name what an institute's page lacks: nothing can be issued until it is there."""
    with desk.reading() as session:
        for institute in session.scalars(select(Institute).order_by(Institute.id)):
            missing = [MISSING[one] for one in missing_for_issue(institute)]
            if missing:
                name = pick(institute.name, "fr") or institute.prefix
                yield f"{name}: fill in on /manage/institute: {', '.join(missing)}."
