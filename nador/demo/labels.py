"""Words for what the demo and the imports of foreign data sets refuse."""

from __future__ import annotations

from nador.kernel.i18n import msgid

ERRORS = {
    "not_a_demo": msgid(
        "This database belongs to a real centre: point NADOR_INSTANCE at another folder."
    ),
    "oulad_file_missing": msgid("The folder has no file %(file)s."),
    "oulad_line_unreadable": msgid("%(file)s, line %(line)s: this row can't be read."),
}
