"""Questions as the fields of a form: a flat name for each part (options.2.text), as authors type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from nador.assessment.questions.cloze import Cloze
from nador.assessment.questions.door import fresh_id, from_percent, percent
from nador.assessment.questions.formats import cloze
from nador.assessment.questions.options import shares

if TYPE_CHECKING:
    from nador.kernel.errors import DomainError

Values = dict[str, str]
"""What stands in the fields, by their names."""

YES: Final = "yes"
_FLAGS: Final = frozenset(("shuffle", "right"))
_WHOLES: Final = frozenset(("lines", "least_words", "most_words", "most_files", "largest"))
_SHARES: Final = frozenset(("credit", "unit_penalty"))
_DECIMALS: Final = frozenset(("value", "tolerance", "per_base", "points"))
_STEADY: Final = frozenset(("id", "right", "credit", "per_base", "tolerance", "choice"))
"""Parts that say nothing alone: a row with nothing else is an empty one."""
_LANGUAGE: Final = "_language"


def values_of(content: Mapping[str, Any]) -> Values:
    """Write content into the fields of its type's form."""
    shown = dict(content)
    shown.pop("files", None)
    match shown["kind"]:
        case "single" | "multiple":
            shown["options"] = _with_ticks(shown)
        case "matching":
            shown |= _side_by_side(shown)
        case "cloze":
            shown["prompt"] = _with_gaps(shown)
    values: Values = {}
    _flatten(shown, "", values, _typed)
    return values


def content_of(values: Mapping[str, str], files: Mapping[str, str]) -> dict[str, Any]:
    """Read content out of the fields; what can't be read stays as typed, and the door names it."""
    content = _nested(values)
    match content.get("kind"):
        case "single" | "multiple":
            content["options"] = _with_credits(content)
        case "matching":
            content |= _parted(content)
        case "cloze":
            content |= _gaps_of(content)
    return content | ({"files": dict(files)} if files else {})


def tidied(values: Mapping[str, str]) -> Values:
    """Number rows anew without the empty ones, so that fields and refusals name the same rows."""
    kept: Values = {}
    _flatten(_rows(values), "", kept, _as_it_is)
    return kept


Write = Callable[[str, Any], str]


def _flatten(thing: Any, name: str, values: Values, write: Write) -> None:
    if isinstance(thing, Mapping):
        if set(thing) == {"text", "language"} and name:
            values |= {name: thing["text"], f"{name}{_LANGUAGE}": thing["language"]}
            return
        for part, each in thing.items():
            _flatten(each, f"{name}.{part}" if name else part, values, write)
    elif isinstance(thing, list):
        for number, each in enumerate(thing, start=1):
            _flatten(each, f"{name}.{number}", values, write)
    else:
        values[name] = write(name.rpartition(".")[2], thing)


def _as_it_is(_part: str, value: Any) -> str:
    return str(value)


def _typed(part: str, value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else "no"
    if part in _SHARES and value:
        return percent(Fraction(value))
    return str(value)


def _rows(values: Mapping[str, str]) -> dict[str, Any]:
    """Build the tree that the names describe, lists from numbers, without empty rows."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(".")
        node = tree
        for each in path:
            child = node.setdefault(each, {})
            if not isinstance(child, dict):
                break
            node = child
        else:
            node[last] = value
    return {name: _list(each) for name, each in tree.items()}


def _list(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if not all(each.isdigit() for each in node):
        return {name: _list(each) for name, each in node.items()}
    ordered = [_list(node[each]) for each in sorted(node, key=int)]
    return [row for row in ordered if not _is_empty(row)]


def _is_empty(row: Any) -> bool:
    if isinstance(row, dict):
        return all(
            name in _STEADY or name.endswith(_LANGUAGE) or _is_empty(each)
            for name, each in row.items()
        )
    return not row if isinstance(row, list) else not str(row).strip()


def _nested(values: Mapping[str, str]) -> dict[str, Any]:
    read = _read(_rows(values))
    return dict(read)


def _read(node: Any) -> Any:
    if isinstance(node, list):
        return [_read(each) for each in node]
    if not isinstance(node, dict):
        return node
    made: dict[str, Any] = {}
    for name, each in node.items():
        if name.endswith(_LANGUAGE):
            continue
        if isinstance(each, str):
            if not each.strip():
                continue
            each = _value(name, each)  # noqa: PLW2901 - the same part, read
        else:
            each = _read(each)  # noqa: PLW2901 - the same part, read
        language = node.get(f"{name}{_LANGUAGE}", "")
        made[name] = {"text": each, "language": language} if language else each
    return made


def _value(part: str, typed: str) -> Any:
    if part in _FLAGS:
        return typed == YES
    if part in _WHOLES:
        return int(typed) if re.fullmatch("[0-9]{1,9}", typed.strip()) else typed
    if part in _SHARES:
        credit = from_percent(_plain(typed).removesuffix("%"))
        return str(credit) if credit is not None else typed
    return _plain(typed) if part in _DECIMALS else typed


def _plain(typed: str) -> str:
    """Write a number with ASCII digits and a dot, as it may be typed with a comma or in Arabic digits."""
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed.strip())
    return digits.replace(",", ".").replace("٫", ".").replace("−", "-").replace(" ", "")


def _with_ticks(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Show which options are right, and credits only where they are not the even shares."""
    options = [dict(each) for each in content["options"]]
    rights = [
        not each.get("credit", "0").startswith("-") and each.get("credit", "0") != "0"
        for each in options
    ]
    even = _even(rights, content)
    as_shared = [each.get("credit", "0") for each in options] == even
    for option, right in zip(options, rights, strict=True):
        option["right"] = right
        if as_shared:
            option.pop("credit", None)
        else:
            option.setdefault("credit", "0")
    return options


def _even(rights: list[bool], content: Mapping[str, Any]) -> list[str]:
    """Give the credits of options for which none was typed."""
    if content["kind"] == "single":
        return ["1" if right else "0" for right in rights]
    if content.get("partial") == "nothing":
        return [
            f"1/{sum(rights)}" if right and sum(rights) > 1 else str(int(right)) for right in rights
        ]
    return [str(each) for each in shares(rights)]


def _with_credits(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    options = _mappings(content.get("options"))
    rights = [bool(each.pop("right", False)) for each in options]
    even = _even(rights, content)
    for option, credit in zip(options, even, strict=True):
        option.setdefault("credit", credit)
    return options


def _mappings(rows: Any) -> list[dict[str, Any]]:
    """Give the rows that are any: names of fields come from outside, and may describe other shapes."""
    return (
        [dict(each) for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []
    )


def _side_by_side(content: Mapping[str, Any]) -> dict[str, Any]:
    said = {each["id"]: each["text"] for each in content["choices"]}
    used = {each["choice"] for each in content["pairs"]}
    return {
        "pairs": [each | {"answer": said[each["choice"]]} for each in content["pairs"]],
        "others": [each for each in content["choices"] if each["id"] not in used],
        "choices": [],
    }


def _parted(content: dict[str, Any]) -> dict[str, Any]:
    """Make one choice of equal answers; it keeps its name, by which answers of learners know it."""
    pairs, others = _mappings(content.pop("pairs", [])), _mappings(content.pop("others", []))
    said = [(each.get("answer", ""), each.get("choice", "")) for each in pairs]
    said += [(each.get("text", ""), each.get("id", "")) for each in others]
    names: dict[str, str] = {}
    taken: set[str] = set()
    choices = []
    for text, name in said:
        if repr(text) not in names:
            free = name if name and name not in taken else fresh_id(f"choice\n{text}", taken)
            taken.add(free)
            names[repr(text)] = free
            choices.append({"id": free, "text": text})
    kept = [
        {name: each[name] for name in ("id", "text") if name in each}
        | {"choice": names[repr(each.get("answer", ""))]}
        for each in pairs
    ]
    return {"pairs": kept, "choices": choices}


def _with_gaps(content: Mapping[str, Any]) -> str:
    parsed = Cloze.parse(content)
    return cloze.write(parsed.prompt.source, parsed.gaps)


def _gaps_of(content: Mapping[str, Any]) -> dict[str, Any]:
    remarks: list[DomainError] = []
    text, gaps = cloze.read(str(content.get("prompt", "")), remarks, str)
    return {"prompt": cloze.placed(text), "gaps": gaps}
