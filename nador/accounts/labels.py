"""Words for the states and refusals of accounts."""

from typing import Final

from nador.accounts.rules import Obstacle, Scope, SignInOutcome
from nador.kernel.access import Role
from nador.kernel.i18n import Translator, msgid
from nador.kernel.mail import MessageStatus

ERRORS: Final = {
    "name_missing": msgid("Write a name in Latin or in Arabic letters, or in both."),
    "password_too_short": msgid("The password needs at least %(shortest)s characters."),
    "password_too_long": msgid("The password may have at most %(longest)s characters."),
    "password_guessable": msgid(
        "This password is easy to guess. Join three or four words that do not belong together."
    ),
    "password_wrong": msgid("This is not the present password."),
    "token_reads_only": msgid("This token may only read. Use a token without the scope “read”."),
    "token_name_missing": msgid("Say what the token is for."),
    "scope_unknown": msgid("There is no scope “%(scope)s”."),
    "link_dead": msgid("This link or code was used already, or it is too old. Ask for a new one."),
    "sign_in_first": msgid("Sign in to your account, then open the link of the mail again."),
    "email_taken": msgid("Another person has this e-mail address."),
    "reference_taken": msgid("Another person has this reference number."),
    "role_not_grantable": msgid(
        "Everybody is a learner, and instructors are named on their session. Choose another role."
    ),
    "not_erasable": msgid(
        "This person cannot be erased yet. The page of the person says what is under way."
    ),
    "prefix_unreadable": msgid("A prefix has two to five letters from A to Z."),
    "prefix_taken": msgid("Codes would be mistaken for those with the prefix %(prefix)s."),
    "too_few_certifiers": msgid(
        "There must be at least two certifiers first: make another colleague one."
    ),
    "prefix_locked": msgid("The prefix stands on certificates already and cannot change."),
}

# The first that fits: many browsers claim to be others as well.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)

SIGN_IN_REFUSED: Final = {
    SignInOutcome.REFUSED: msgid(
        "The address or the password is wrong. Check both, or ask for a new password."
    ),
    SignInOutcome.UNCONFIRMED: msgid(
        "This address is not confirmed yet. A new mail with a link is on its way: open the link, then sign in."
    ),
}
CODE_REFUSED: Final = msgid("The reference number or the code is wrong. Check both on the sheet.")

MISSING: Final = {
    "name_ar": msgid("Name in Arabic"),
    "name_fr": msgid("Name in French"),
    "name_en": msgid("Name in English"),
    "name_zgh": msgid("Name in Tifinagh"),
    "city_ar": msgid("City in Arabic"),
    "city_fr": msgid("City in French"),
    "city_en": msgid("City in English"),
    "signatory_ar": msgid("Signatory in Arabic letters"),
    "signatory_fr": msgid("Signatory in Latin letters"),
    "signatory_title_ar": msgid("Title of the signatory in Arabic"),
    "signatory_title_fr": msgid("Title of the signatory in French"),
    "signatory_title_en": msgid("Title of the signatory in English"),
    "cndp_number": msgid("Number of the CNDP declaration"),
}
"""Words for what `queries.missing_for_issue` lists."""


def role(role: Role) -> str:
    """Name a role."""
    match role:
        case Role.LEARNER:
            return msgid("Learner")
        case Role.INSTRUCTOR:
            return msgid("Instructor")
        case Role.REGISTRAR:
            return msgid("Registrar")
        case Role.CERTIFIER:
            return msgid("Certifier")
        case Role.AUDITOR:
            return msgid("Auditor")
        case Role.ADMINISTRATOR:
            return msgid("Administrator")


def scope(scope: Scope) -> str:
    """Name what a token is limited to."""
    return msgid("Reading only") if scope is Scope.READ else role(Role(scope.value))


def message_status(status: MessageStatus) -> str:
    """Name the state of a mail."""
    match status:
        case MessageStatus.DUE:
            return msgid("Waits to be sent")
        case MessageStatus.SENT:
            return msgid("Sent")
        case MessageStatus.DEAD:
            return msgid("Could not be sent")


MESSAGE_LOOKS: Final = {
    MessageStatus.DUE: "info",
    MessageStatus.SENT: "ok",
    MessageStatus.DEAD: "bad",
}


def browser(device: str) -> str:
    """Name the browser and the system that a User-Agent header tells of, or the program."""
    known = [
        next((name for sign, name in signs if sign in device), "") for signs in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, known)) or device.partition("/")[0]


def obstacle(words: Translator, value: Obstacle) -> str:
    """Say what keeps a person from being erased, and what to do first."""
    match value:
        case Obstacle.HOLDS_A_ROLE:
            return words.gettext("A role is still held: end it first.")
        case Obstacle.TEACHES:
            return words.gettext(
                "A run that is not over names this person as staff: end that first."
            )
        case Obstacle.OPEN_ENROLMENT:
            return words.gettext(
                "A place on a run is still open: conclude the run, or withdraw the place first."
            )
        case Obstacle.CERTIFICATE_BEING_MADE:
            return words.gettext("A certificate is being made: wait until it is issued.")
        case Obstacle.PRINT_BEING_MADE:
            return words.gettext("A file to print is being made: try again in a minute.")
        case Obstacle.DECISION_WAITS:
            return words.gettext(
                "A decision about a certificate waits, or a request to correct one: settle it first."
            )
