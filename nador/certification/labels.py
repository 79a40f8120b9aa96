"""Words for the states and refusals of certification."""

from typing import Final

from nador.kernel.i18n import msgid

ERRORS: Final = {
    "nobody_named": msgid("A certificate needs the holder's name in Latin or in Arabic letters."),
    "unprintable": msgid(
        "“%(text)s” cannot be printed because of the character %(character)s (%(name)s)."
    ),
}
