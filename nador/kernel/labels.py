"""The words of the kernel's own refusals."""

from typing import Final

from nador.kernel.i18n import msgid

ERRORS: Final = {
    "not_found": msgid("This page or thing does not exist."),
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
}
