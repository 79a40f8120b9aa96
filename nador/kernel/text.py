"""Text in and text out: every string that a person typed passes through here.

`clean` is for keeping, `fold` is for finding; what is shown is always what was kept.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from nador.kernel.errors import Invalid

NAME_LIMIT: Final = 200
EMAIL_LIMIT: Final = 254


class NameTooLong(Invalid):
    """A person's name is longer than the register holds: `limit`, `length` in characters."""

    code = "name_too_long"


class EmailUnreadable(Invalid):
    """What was typed is not an e-mail address that mail can be sent to."""

    code = "email_unreadable"


class PhoneUnreadable(Invalid):
    """What was typed is not a Moroccan telephone number."""

    code = "phone_unreadable"


_JOINERS: Final = "\u200c\u200d"
# Of the format characters only these have a shape or change one: the joiners of Persian, Indic
# and emoji, and the Arabic signs that enclose a number. The others hide or reorder text.
_KEPT_FORMAT: Final = frozenset(_JOINERS + "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2")
_INVISIBLE_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5")
_BLANK_LETTERS: Final = frozenset("\u2800\u3164\uffa0")
_NONCHARACTER_BLOCK: Final = range(0xFDD0, 0xFDF0)
_PLANE_END: Final = 0xFFFE  # the last two points of every plane
_LINE_ENDS: Final = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@lru_cache(maxsize=4096)
def _tidy(character: str) -> str:
    """Give what a character becomes when it is kept: itself, a space, or nothing."""
    if character in _KEPT_FORMAT:
        return character
    if character in _INVISIBLE_LETTERS:
        return ""
    if character.isspace() or character in _BLANK_LETTERS:
        return " "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs"} or _is_noncharacter(character):
        return ""
    return character


def _is_noncharacter(character: str) -> bool:
    point = ord(character)
    return point in _NONCHARACTER_BLOCK or point & _PLANE_END == _PLANE_END


def clean(text: str) -> str:
    """Give one line of NFC text without controls, hidden characters or needless blanks."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    tidied = unicodedata.normalize("NFC", "".join(map(_tidy, text)))
    return re.sub(" {2,}", " ", tidied).strip(" ")


def clean_block(text: str) -> str:
    """Clean text of several lines; indents stay (answers hold code), blank lines come singly."""
    lines = [_clean_line(line) for line in _LINE_ENDS.split(text)]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _clean_line(line: str) -> str:
    tidied = "".join(map(_tidy, line.expandtabs(4)))
    return unicodedata.normalize("NFC", tidied).rstrip(" ")


# Letters that Unicode does not decompose, or that people here type for one another.
_SEARCHED_AS: Final = str.maketrans(
    {
        **dict.fromkeys("ٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیېۍےۓ", "ي"),
        **dict.fromkeys("ةۃەہھۀۂ", "ه"),
        **dict.fromkeys("کڪگڭݣ", "ك"),
        **dict.fromkeys("ڤڥ", "ف"),
        "پ": "ب",
        **dict.fromkeys("ءـٴ", None),
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        **dict.fromkeys("'’‘‛`´′ʹʻʼʽʾʿˈ", None),
        "\u2212": None,
    }
)
# Below this canonical class stand the marks that make another letter (nukta, voicing, virama).
_LAST_LETTER_MARK: Final = 9


def fold(text: str) -> str:
    """Give the form in which text is searched and compared; never shown, never sorted by.

    Case, accents, vowel marks and letter variants disappear, and so do apostrophes, hyphens and
    blanks: Abdel-ilah, Abdelilah and Abd El Ilah are one name.
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = unicodedata.normalize("NFKD", folded).casefold()
    kept = "".join(map(_searched, unicodedata.normalize("NFKD", folded)))
    return unicodedata.normalize("NFC", kept.translate(_SEARCHED_AS))


@lru_cache(maxsize=4096)
def _searched(character: str) -> str:
    if character.isascii() and character.isalnum():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.combining(character) > _LAST_LETTER_MARK or character.isspace():
        return ""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Pd", "Me"}:
        return ""
    return "" if character in _INVISIBLE_LETTERS or character in _BLANK_LETTERS else character


def search_terms(typed: str) -> list[str]:
    """Split what was typed into a search box into folded words, each to be found anywhere."""
    return [term for word in clean(typed).split(" ") if (term := fold(word))]


def name(text: str | None, *, field: str | None = None, limit: int = NAME_LIMIT) -> str | None:
    """Give a person's name as kept, None when nothing visible was typed.

    Raises NameTooLong; a name is never cut.
    """
    kept = clean(text or "")
    if not kept.strip(_JOINERS + " "):
        return None
    if len(kept) > limit:
        raise NameTooLong(field=field, limit=limit, length=len(kept))
    return kept


# The scripts whose letters pass for one another's, and those that stand beside them here.
_SCRIPTS: Final = frozenset(
    {
        "ARABIC",
        "ARMENIAN",
        "CHEROKEE",
        "COPTIC",
        "CYRILLIC",
        "GEORGIAN",
        "GREEK",
        "HEBREW",
        "LATIN",
        "ROMAN",
        "TIFINAGH",
    }
)


def mixed_scripts(text: str) -> bool:
    """Tell whether one word mixes letters of several scripts, as Cyrillic Мо with Latin hamed."""
    return any(len(_scripts_of(word)) > 1 for word in clean(text).split(" "))


def _scripts_of(word: str) -> set[str]:
    """Find the scripts of a word's letters, by the first word of each letter's Unicode name."""
    letters = (letter for letter in word if unicodedata.category(letter)[0] in "LN")
    return {unicodedata.name(letter, "?").split(" ")[0] for letter in letters} & _SCRIPTS


def has_symbols(text: str) -> bool:
    """Tell whether the text holds emoji or other signs that paper may not be able to print."""
    return any(unicodedata.category(sign) in {"So", "Sk", "Co", "Cn"} for sign in text)


_LOCAL_PART: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
)
_LOCAL_LIMIT: Final = 64


def email(text: str, *, field: str | None = "email") -> str:
    """Give the address in the one form in which it is kept and compared: lower case, ASCII.

    Raises EmailUnreadable.
    """
    local, _, domain = clean(text).lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise EmailUnreadable(field=field) from None
    fits = len(local) <= _LOCAL_LIMIT and len(local) + 1 + len(domain) <= EMAIL_LIMIT
    if not (fits and _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise EmailUnreadable(field=field)
    return f"{local}@{domain}"


_WHOLE: Final = re.compile("[0-9]{1,15}")


def number(typed: str) -> int | None:
    """Read a whole number that a row can have; None for what is none, or endless."""
    return int(typed) if _WHOLE.fullmatch(typed) else None


_PHONE: Final = re.compile(r"(?:(?:\+|00)?212(?:\(0\)|0)?|0)?([5-8][0-9]{8})")


def phone(text: str | None, *, field: str | None = "phone") -> str | None:
    """Give a Moroccan number as +212 and nine digits, None when nothing was typed.

    Raises PhoneUnreadable.
    """
    typed = clean(text or "")
    if not typed:
        return None
    signs = (str(unicodedata.decimal(sign, sign)) for sign in unicodedata.normalize("NFKC", typed))
    bare = "".join(sign for sign in signs if sign not in " .-/\u2010\u2011\u2013")
    number = _PHONE.fullmatch(bare) or _PHONE.fullmatch(re.sub(r"[()]", "", bare))
    if number is None:
        raise PhoneUnreadable(field=field)
    return f"+212{number[1]}"


# A spreadsheet runs a cell that starts so, also after blanks; full-width signs count too.
_FORMULA: Final = re.compile(r"'*[\s\0]*[=+\-@|%＝＋－＠\t\r\n\0]")


def neutralise(cell: str) -> str:
    """Make a cell plain text for spreadsheets: what would run as a formula gets an apostrophe."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Undo `neutralise`: our own exports come back in as they were."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# A rough reading of Arabic letters, as names here are often written: only for names of files.
_READ_AS: Final = {
    **dict(zip("ابتةجحدذرزسصضطظعفقكلمنهوىيپڤگٱ", "abtajhddrzssdtdafqklmnhwaypvga", strict=True)),
    "ث": "th",
    "خ": "kh",
    "ش": "ch",
    "غ": "gh",
    "چ": "tch",
    "ß": "ss",
    **dict(zip("æœøłđðþıɣɛ", ("ae", "oe", "o", "l", "d", "d", "th", "i", "gh", "e"), strict=True)),
}
_NOT_IN_A_FILE_NAME: Final = re.compile("[^0-9A-Za-z]+")


def file_name(text: str, *, limit: int = 60) -> str:
    """Write a text in plain letters and digits with hyphens between, as any file system takes it.

    What can't be written so is left out: nothing may be left.
    """
    bare = "".join(
        _plain_letter(sign)
        for sign in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"
    )
    return _NOT_IN_A_FILE_NAME.sub("-", bare).strip("-")[:limit].strip("-")


def _plain_letter(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    read = _READ_AS.get(sign.lower(), sign)
    return read.capitalize() if sign.isupper() else read
