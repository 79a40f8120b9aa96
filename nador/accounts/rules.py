"""Values and pure decisions about people and sign-in."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from zxcvbn import zxcvbn

from nador.kernel import codes, text
from nador.kernel.access import Role
from nador.kernel.errors import Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nador.kernel.access import Grant
    from nador.kernel.db import Words


class PersonStatus(StrEnum):
    """Whether a person is still known by name."""

    ACTIVE = "active"
    ANONYMISED = "anonymised"


class Obstacle(StrEnum):
    """What keeps a person from being erased for now."""

    HOLDS_A_ROLE = "holds_a_role"
    TEACHES = "teaches"
    OPEN_ENROLMENT = "open_enrolment"
    CERTIFICATE_BEING_MADE = "certificate_being_made"
    PRINT_BEING_MADE = "print_being_made"
    DECISION_WAITS = "decision_waits"


@dataclass(frozen=True, slots=True)
class ErasureAsked:
    """Somebody wants to erase a person: whoever knows something against it adds an obstacle."""

    person_id: int
    obstacles: list[Obstacle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PersonErased:
    """A person is no longer known by name: whoever kept the name takes it out."""

    person_id: int


class NotErasable(Conflict):
    """Something of the person is still under way: `obstacle`."""

    code = "not_erasable"


def require_erasable(obstacles: Sequence[Obstacle]) -> None:
    """Refuse to erase while something of the person is under way."""
    if obstacles:
        raise NotErasable(obstacle=obstacles[0].value)


class CodePurpose(StrEnum):
    """What a one-time code is good for."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose, not a password
    SIGN_IN = "sign_in"


class Scope(StrEnum):
    """What a token is limited to: reading, or the grants of one role."""

    READ = "read"
    INSTRUCTOR = "instructor"
    REGISTRAR = "registrar"
    CERTIFIER = "certifier"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class SignInOutcome(StrEnum):
    """How an attempt to sign in ended; unknown people and wrong passwords are told the same."""

    OPENED = "opened"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"


IDLE: Final = timedelta(hours=12)
LONGEST: Final = timedelta(days=30)
SEEN_EVERY: Final = timedelta(minutes=10)
CODE_LASTS: Final = {
    CodePurpose.CONFIRM_EMAIL: timedelta(days=3),
    CodePurpose.RESET_PASSWORD: timedelta(hours=2),
    CodePurpose.SIGN_IN: timedelta(days=30),
}
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 256
WEAKEST_SCORE: Final = 2
GRANTABLE: Final = (Role.REGISTRAR, Role.CERTIFIER, Role.AUDITOR, Role.ADMINISTRATOR)
"""What an administrator grants; instructors are named on their run."""
PREFIX: Final = re.compile("[A-Z]{2,5}")
_JUDGED_LENGTH: Final = 72
_REFERENCE: Final = 9


class NameMissing(Invalid):
    """A person has a name in at least one script."""

    code = "name_missing"


class PasswordTooShort(Invalid):
    """The password has too few characters: `shortest`."""

    code = "password_too_short"


class PasswordTooLong(Invalid):
    """The password is longer than anybody types: `longest`."""

    code = "password_too_long"


class PasswordGuessable(Invalid):
    """The password is among the first that a stranger would try."""

    code = "password_guessable"


def new_secret() -> str:
    """Draw a secret for a cookie, a token or a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """Draw an API token; its first letters tell leak scanners what it is."""
    return f"nador_{new_secret()}"


def new_printed_code() -> str:
    """Draw a code that someone types from paper: 60 random bits in three groups."""
    return "-".join(codes.symbols(4) for _ in range(3))


def digest(secret: str) -> str:
    """Give what is stored of a secret: a leaked table opens no door."""
    return hashlib.sha256(secret.encode()).hexdigest()


def digest_of_printed(reference: str, typed: str) -> str:
    """Give what is stored of a printed code; it opens the door of this reference only."""
    return digest(f"{reference}:{codes.fold_symbols(typed)}")


def references_meant(typed: str) -> tuple[str, ...]:
    """Give the references that the typed text may stand for: as it is, and as we write ours."""
    bare = codes.fold_symbols(typed)
    ours = f"{bare[0]}-{bare[1:5]}-{bare[5:]}" if len(bare) == _REFERENCE else bare
    return tuple(dict.fromkeys((text.clean(typed), ours)))


@dataclass(frozen=True, slots=True)
class Names:
    """A person's name in Latin and in Arabic letters, as kept; one of the two may be missing."""

    latin: str | None
    arabic: str | None

    @property
    def folded(self) -> str:
        """The form in which the person is found."""
        return " ".join(text.fold(each) for each in (self.latin, self.arabic) if each)

    def in_language(self, locale: str) -> str:
        """The name that suits a reader of that language."""
        first, second = (self.arabic, self.latin) if locale == "ar" else (self.latin, self.arabic)
        return first or second or ""


def names(latin: str | None, arabic: str | None) -> Names:
    """Clean both names; raises NameMissing or NameTooLong."""
    kept = Names(text.name(latin, field="name_latin"), text.name(arabic, field="name_arabic"))
    if not (kept.latin or kept.arabic):
        raise NameMissing(field="name_latin")
    return kept


def require_strong(password: str, *, known: Iterable[str | None] = ()) -> None:
    """Refuse a password that is short, endless or easily guessed from what is `known` of someone."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(field="password", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(field="password", longest=LONGEST_PASSWORD)
    # The judge fails on more than 72 characters; what follows can only make it better.
    words = [word for each in known if each for word in (each, *each.replace("@", " ").split())]
    judged = zxcvbn(password[:_JUDGED_LENGTH], user_inputs=["nador", *words])
    if judged["score"] < WEAKEST_SCORE:
        raise PasswordGuessable(field="password")


DECIDE_TOGETHER: Final = 2
"""How many certifiers there must be before an institute may ask that two decide."""

PRINTED_IN: Final = ("ar", "fr", "en")
"""The languages of a certificate; what its institute says stands in all of them."""


def missing_for_issue(
    *,
    name: Words,
    city: Words,
    signatory: Words,
    signatory_title: Words,
    cndp_number: str | None,
) -> list[str]:
    """List what an institute must still say before a certificate can carry its name."""
    asked = {
        "name": (name, (*PRINTED_IN, "zgh")),
        "city": (city, PRINTED_IN),
        "signatory": (signatory, ("ar", "fr")),
        "signatory_title": (signatory_title, PRINTED_IN),
    }
    missing = [
        f"{what}_{code}"
        for what, (words, languages) in asked.items()
        for code in languages
        if not words.get(code)
    ]
    return missing if cndp_number else [*missing, "cndp_number"]


def scopes_allow(scopes: Iterable[str], *, changes: bool) -> bool:
    """Tell whether a token with these scopes may send a request that `changes` things."""
    return not changes or Scope.READ not in scopes


def scoped(grants: frozenset[Grant], scopes: Iterable[str]) -> frozenset[Grant]:
    """Keep the grants that the token's scopes name; a token without roles in them keeps all."""
    named = set(scopes) - {Scope.READ}
    return frozenset(grant for grant in grants if grant.role in named) if named else grants
