"""Words for what is eased."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nador.assessment.rules.accommodations import Ease
    from nador.kernel.i18n import Translator


def ease_lines(ease: Ease, words: Translator) -> list[str]:
    """Say what an accommodation gives, a few words for each part of it."""
    said = []
    if ease.extra_time:
        share = words.percent(Decimal(ease.extra_time) / 100)
        said.append(words.gettext("%(share)s more time", share=share))
    if ease.extra_attempts:
        said.append(
            words.ngettext("%(count)s more attempt", "%(count)s more attempts", ease.extra_attempts)
        )
    if ease.extra_days:
        said.append(words.ngettext("%(count)s more day", "%(count)s more days", ease.extra_days))
    if ease.opens_at is not None:
        said.append(words.gettext("opens %(when)s", when=words.datetime_(ease.opens_at)))
    if ease.due_at is not None:
        said.append(words.gettext("due %(when)s", when=words.datetime_(ease.due_at)))
    if ease.closes_at is not None:
        said.append(words.gettext("closes %(when)s", when=words.datetime_(ease.closes_at)))
    return said
