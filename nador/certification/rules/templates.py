"""Versions of templates: which can be edited, and which comes into use."""

from __future__ import annotations

from nador.certification.rules.states import TemplateStatus
from nador.kernel.errors import Conflict


class VersionKept(Conflict):
    """A template version that was ever in use is not edited: a copy of it is."""

    code = "template_version_kept"


class VersionNotChanged(Conflict):
    """The template version has this state already, or cannot come to it from the one it has."""

    code = "template_version_not_changed"


class DraftThere(Conflict):
    """The template has a draft already: `version_id`."""

    code = "template_draft_there"


class DraftChanged(Conflict):
    """Somebody else saved the draft since it was read."""

    code = "template_draft_changed"


def require_edition(read: str | None, now: str) -> None:
    """Refuse to write over what somebody else saved meanwhile; who says nothing read nothing."""
    if read and read != now:
        raise DraftChanged


def require_draft(status: TemplateStatus) -> None:
    """Let only a draft be edited."""
    if status is not TemplateStatus.DRAFT:
        raise VersionKept


def require_template_step(old: TemplateStatus, new: TemplateStatus) -> None:
    """Let a draft come into use or be put away, and an old version come back.

    The one in use is put away by its successor alone: there is always one to issue by.
    """
    if (old, new) not in {
        (TemplateStatus.DRAFT, TemplateStatus.ACTIVE),
        (TemplateStatus.DRAFT, TemplateStatus.ARCHIVED),
        (TemplateStatus.ARCHIVED, TemplateStatus.ACTIVE),
    }:
        raise VersionNotChanged
