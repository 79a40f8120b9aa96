"""Words for what the imports of foreign data sets refuse."""

from __future__ import annotations

from nador.kernel.i18n import msgid

ERRORS = {
    "oulad_file_missing": msgid("The folder has no file %(file)s."),
    "oulad_line_unreadable": msgid("%(file)s, line %(line)s: this row can't be read."),
}
