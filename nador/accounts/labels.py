"""Words for the states and refusals of accounts."""

from typing import Final

from nador.accounts.rules import SignInOutcome
from nador.kernel.i18n import msgid

ERRORS: Final = {
    "name_missing": msgid("Write a name in Latin or in Arabic letters, or in both."),
    "password_too_short": msgid("The password needs at least %(shortest)s characters."),
    "password_too_long": msgid("The password may have at most %(longest)s characters."),
    "password_guessable": msgid(
        "This password is easy to guess. Join three or four words that do not belong together."
    ),
    "token_reads_only": msgid("This token may only read. Use a token without the scope “read”."),
}

SIGN_IN_REFUSED: Final = {
    SignInOutcome.REFUSED: msgid(
        "The address or the password is wrong. Check both, or ask for a new password."
    ),
    SignInOutcome.UNCONFIRMED: msgid(
        "This address is not confirmed yet. A new mail with a link is on its way: open the link, then sign in."
    ),
}
