"""The words of the kernel's own refusals."""

from typing import Final

from nador.kernel.i18n import msgid

ERRORS: Final = {
    "not_found": msgid("This page or thing does not exist."),
    "gone": msgid("This was erased for good."),
    "not_allowed": msgid("This is not allowed with this account."),
    "conflict": msgid("This is not possible at the moment."),
    "invalid": msgid("This entry is not valid."),
    "name_too_long": msgid(
        "The name may have at most %(limit)s characters; this one has %(length)s."
    ),
    "email_unreadable": msgid("This is not a valid e-mail address. Example: name@example.ma"),
    "phone_unreadable": msgid("This is not a Moroccan phone number. Example: 06 12 34 56 78"),
    "code_mistyped": msgid("This is not one of our codes."),
    "code_not_a_code": msgid(
        "This is not a certificate code. A code looks like NDR-XXXX-XXXX-XXXX-X."
    ),
    "code_wrong_check": msgid(
        "There is a typing mistake in this code. Please compare each symbol."
    ),
    "table_unreadable": msgid(
        "Line %(line)s of the file cannot be read. Save the file as CSV UTF-8 or XLSX."
    ),
    "table_empty": msgid("The file is empty."),
    "table_too_long": msgid("The file may have at most %(limit)s rows. Split it."),
    "table_has_macros": msgid("The file holds macros. Save it as XLSX without macros, or as CSV."),
    "columns_missing": msgid("These columns are missing in the file: %(columns)s."),
    "columns_twice": msgid("These columns stand in the file more than once: %(columns)s."),
    "columns_unknown": msgid("These columns are not known: %(columns)s."),
    "row_broken": msgid(
        "Line %(line)s: the cells do not fit the columns, or a quotation mark is not closed."
    ),
    "restore_target_not_empty": msgid(
        "The database has rows already (in %(table)s): restore into an empty one."
    ),
    "backup_exists": msgid("%(path)s is there already: choose another name."),
    "not_a_backup": msgid("%(path)s is not a whole backup."),
    "backup_of_another_version": msgid(
        "The backup was made at version %(found)s; this program is at %(expected)s. "
        "Restore it with the program that made it, then run `nador migrate`."
    ),
}
