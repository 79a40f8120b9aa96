"""What workers do without a key: they wait for it, and nothing counts as an attempt."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from nador.certification.keys.signer import AuthorityAway, KeyUnusable
from nador.certification.rules import KeyMissing
from nador.kernel.errors import describe
from nador.kernel.i18n import translator
from nador.kernel.work import NotNow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select


@contextmanager
def with_keys(alike: Select[int] | None = None) -> Iterator[None]:
    """Let everything that needs the same key wait when it is missing, lost, wrong or expired.

    So it does when the authority that vouches for the time is away. Raises NotNow; `alike` selects
    what needs the same.
    """
    try:
        yield
    except KeyMissing as trouble:
        raise NotNow(describe(trouble, translator("en")), alike=alike) from trouble
    except (KeyUnusable, AuthorityAway) as trouble:
        raise NotNow(str(trouble), alike=alike) from trouble
