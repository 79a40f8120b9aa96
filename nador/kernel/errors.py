"""What the domain refuses, and the words that say so in each language.

An error carries a stable code and its parameters, never a sentence: features register the
sentences of their codes (`labels.ERRORS`), and `describe` says them to whoever asks.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol


class DomainError(Exception):
    """A refusal with a stable code; the keyword arguments are the parameters of its sentence."""

    code: ClassVar[str] = ""

    def __init__(self, **params: Any) -> None:
        self.params: dict[str, Any] = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code or type(self).__name__}({told})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception pickles positional arguments; ours are keywords, and workers send them home.
        return _rebuilt, (type(self), self.params, self.__dict__)


class NotFound(DomainError):
    """There is no such thing, or the asker may not know that there is."""

    code = "not_found"


class Gone(NotFound):
    """There was such a thing, and it was erased for good."""

    code = "gone"


class NotAllowed(DomainError):
    """The asker may know of it, but may not do this."""

    code = "not_allowed"


class Conflict(DomainError):
    """The state of things does not allow it now."""

    code = "conflict"


class Invalid(DomainError):
    """What was given cannot be right; `field` names the input at fault, where there is one."""

    code = "invalid"

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        self.field = field
        super().__init__(**params)


class Speaker(Protocol):
    """What `describe` needs of a translator."""

    def gettext(self, message: str, /, **params: object) -> str:
        """Say a sentence."""

    def ngettext(self, singular: str, plural: str, number: int, /, **params: object) -> str:
        """Say the sentence that fits the number."""

    def say(self, value: object, /) -> str:
        """Write a value in the language's format."""


class Counted(tuple[str, str]):
    """The singular and the plural sentence of a code whose parameter `count` is a number."""

    __slots__ = ()


Words = str | Counted

_words: dict[str, Words] = {}


def counted(singular: str, plural: str) -> Counted:
    """Pair the two sentences of an error that counts: its parameter `count` chooses."""
    return Counted((singular, plural))


def register(words: Mapping[str, Words]) -> None:
    """Learn the sentences of a feature's codes; app.py calls this once per `labels.ERRORS`."""
    for code, sentence in words.items():
        if _words.setdefault(code, sentence) != sentence:
            raise ValueError(f"The error code {code!r} has two sentences: keep one.")


def describe(error: DomainError, translator: Speaker) -> str:
    """Say the error in the translator's language, its parameters in that language's formats."""
    words = _words.get(error.code, _words.get(_family(error).code, error.code))
    params = {name: translator.say(value) for name, value in error.params.items()}
    if isinstance(words, str):
        return translator.gettext(words, **params)
    number = int(error.params.get("count", 1))
    return translator.ngettext(words[0], words[1], number, **params)


def _family(error: DomainError) -> type[DomainError]:
    """Find which of the four kinds the error is."""
    kinds = (NotFound, NotAllowed, Conflict, Invalid)
    return next((kind for kind in kinds if isinstance(error, kind)), DomainError)


def _rebuilt(kind: type[DomainError], params: dict[str, Any], state: dict[str, Any]) -> DomainError:
    error = kind(**params)
    error.__dict__.update(state)
    return error
