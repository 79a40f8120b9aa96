"""The consonants of a name, alike in Latin and in Arabic letters: to find what is worth comparing.

Vowels, doubled letters, articles and a final h are left out, and letters that Moroccan spellings do
not tell apart are one: Othmane and عثمان, Guelai and القلعي. What looks alike here may still be two
names: it is a reason to compare, never to believe.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from nador.kernel.text import clean, fold

# S stands for sh, X for kh, G for gh; w and y count only where a word begins with them.
_SOUNDS: Final = {
    **dict(zip("بتثجحخدذرزسشصضطظغفقكلمنهوي", "bttjhXddrzsSsdtdGfkklmnhwy", strict=True)),
    **dict(zip("bcdfghijklmnpqrstuvwyz", "bkdfkhyjklmnbkrstwfwyz", strict=True)),
    "ch": "S",
    "sh": "S",
    "kh": "X",
    "gh": "G",
    "dj": "j",
    "dh": "d",
    "th": "t",
    "ph": "f",
    "x": "ks",
    "ou": "w",
    "ce": "s",
    "ci": "s",
    "cy": "s",
    **dict.fromkeys("aeoاع", ""),
}
_SOUND: Final = re.compile("[csk]h|[gdtp]h|dj|ou|c[eiy]|.")
_FIRST_GLIDE: Final = re.compile("[وي]|w(?=[aeiouy])|(?:ou|u)(?=[aeiy])|[iy](?=[aeou])")
_DOUBLED: Final = re.compile(r"(.)\1+")
_BLANK: Final = re.compile(r"[\s\-\u2010-\u2015/]+")
_NO_LETTER: Final = re.compile(r"[\W\d_]+")

_ARABIC_LETTER: Final = re.compile("[\u0620-\u064a\u0671-\u06d3]")
# The article has a bare alef: إلياس has none. A final ة after alef is spoken: نجاة is Najat.
_ARABIC_SPELT: Final = (
    (re.compile("^عبد[اٱ]ل(?=..)"), "عبد"),
    (re.compile("^[اٱ]ل(?=..)"), ""),
    (re.compile("اة$"), "ات"),
    (re.compile("(?<=.)[هحة]$"), ""),
)
_LATIN_SPELT: Final = (
    (re.compile("^abd(?:[aeiu]|ou)l(?=..)"), "abda"),
    (_DOUBLED, r"\1"),
    (re.compile("^[ae]l(?=[^aeiou]..)"), ""),
    (re.compile("(?<=[^cskgdtp])h$"), ""),
)
_ARTICLE: Final = re.compile("[ae]?l|[ae](?:[srdntz]|[cs]h)")
_JOINED: Final = {
    **dict.fromkeys(("عبد", "abd", "abdel", "abdal", "abdul", "abdoul"), "bd"),
    **dict.fromkeys(("بن", "ابن", "ben", "bin", "ibn", "bnou", "ibnou"), "bn"),
}


def is_arabic(name: str) -> bool:
    """Tell whether a name is written in Arabic letters, at least in part."""
    return _ARABIC_LETTER.search(unicodedata.normalize("NFKC", name)) is not None


def skeletons(name: str) -> tuple[str, ...]:
    """Give the skeleton of each word of a name; none at all for a name in another script.

    What belongs to the next word is joined to it: Abd El Krim and Abdelkrim, Ben Ali and Benali.
    """
    words = [word for word in _words(name) if not _ARTICLE.fullmatch(word)]
    if not all(letter in _SOUNDS for word in words for letter in word):
        return ()
    found, before = [], ""
    for word in words:
        if word in _JOINED:
            before += _JOINED[word]
        else:
            found.append(before + _consonants(word))
            before = ""
    return tuple(word for word in (*found, before) if word)


def _words(name: str) -> Iterator[str]:
    for word in _BLANK.split(clean(unicodedata.normalize("NFKC", name))):
        arabic = is_arabic(word)
        spelt = _NO_LETTER.sub("", _unmarked(word) if arabic else fold(word))
        if spelt in _JOINED or _ARTICLE.fullmatch(spelt):
            yield spelt
            continue
        for pattern, replacement in _ARABIC_SPELT if arabic else _LATIN_SPELT:
            spelt = pattern.sub(replacement, spelt)
        if spelt := fold(spelt):
            yield spelt


def _consonants(word: str) -> str:
    glide = _FIRST_GLIDE.match(word)
    sounds = [_SOUNDS[sound] for sound in _SOUND.findall(word)]
    kept = "".join(sound for sound in sounds if sound not in {"w", "y"})
    return (_SOUNDS[glide[0]] if glide else "") + kept or "".join(sounds)


def _unmarked(word: str) -> str:
    """Take the vowel marks off and leave the letters: an alef with hamza is no article's."""
    decomposed = unicodedata.normalize("NFC", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
