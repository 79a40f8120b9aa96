"""Commands of the catalogue."""

from nador.catalogue.service.courses import (
    Imported,
    import_catalogue,
    publish_course,
    retire_course,
)
from nador.catalogue.service.meetings import (
    add_meeting,
    add_meetings,
    cancel_meeting,
    change_meeting,
    mark_meeting_held,
)
from nador.catalogue.service.runs import (
    assign_staff,
    cancel_run,
    change_run,
    conclude_run,
    end_staff,
    open_run,
    publish_run,
    reopen_run,
)

__all__ = [
    "Imported",
    "add_meeting",
    "add_meetings",
    "assign_staff",
    "cancel_meeting",
    "cancel_run",
    "change_meeting",
    "change_run",
    "conclude_run",
    "end_staff",
    "import_catalogue",
    "mark_meeting_held",
    "open_run",
    "publish_course",
    "publish_run",
    "reopen_run",
    "retire_course",
]
