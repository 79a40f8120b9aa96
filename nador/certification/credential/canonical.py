"""The one form in which a document is signed: canonical N-Quads, RDFC-1.0.

PyLD spends some forty milliseconds on a credential, nearly all of them on its vocabulary,
which is the same for every learner. So a document is taken apart into its shape, which PyLD
reads once, and its texts, which are then filled into the shape's lines. Whatever is out of
the ordinary goes the long way through PyLD; both ways give the same bytes.

https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from pyld import jsonld

from nador.certification.credential import contexts

Document = Mapping[str, Any]

_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"

# Types are words of the vocabulary, not of the certificate: they belong to the shape.
_KEPT: Final = frozenset({"@context", "type"})

# What PyLD surely leaves as it is; any other address goes the long way.
_PLAIN_IRI: Final = re.compile(
    r"(?:https?://|urn:uuid:|did:web:)(?!\S*/\.)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+"
)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
# Canonicalisers disagree about how these are written; surrogates cannot be written at all.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Unsignable(ValueError):
    """The document says something that its signature would not cover, or not everywhere alike."""


class _OutOfTheOrdinary(Exception):
    """The shape's lines cannot be filled with these texts: PyLD has to read the document."""


def digest(document: Document) -> bytes:
    """Hash what a document says, whatever the order in which it says it; raises Unsignable."""
    return sha256(nquads(document).encode()).digest()


def nquads(document: Document) -> str:
    """Write what a document says as sorted lines; raises Unsignable."""
    shape, texts = _taken_apart(document)
    compiled = _compiled(shape)
    try:
        return compiled.filled(texts)
    except _OutOfTheOrdinary:
        return nquads_by_pyld(document)


def nquads_by_pyld(document: Document) -> str:
    """Write what a document says the long way; terms that no context knows fall silently away."""
    lines: str = jsonld.normalize(
        document,
        {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": contexts.load,
        },
    )
    return lines


def _taken_apart(document: Document) -> tuple[str, list[str]]:
    """Give the shape, as JSON with [null, n] in place of each text, and the texts by n.

    Equal texts have one number: a node that is named twice stays one node.
    """
    numbers: dict[str, int] = {}

    def shape_of(node: Any) -> Any:
        match node:
            case str():
                if _UNWRITABLE.search(node):
                    raise Unsignable(f"control characters in {node!r}")
                return [None, numbers.setdefault(node, len(numbers))]
            case bool() | int():
                return node
            case list() if node:
                return [shape_of(item) for item in node]
            case Mapping() if node:
                return {
                    _term(key): _types(value) if key == "type" else shape_of(value)
                    for key, value in node.items()
                }
            case _:
                raise Unsignable(f"{node!r} says nothing that can be signed")

    said = dict(document)
    context = said.pop("@context", None)
    if not _is_texts(context):
        raise Unsignable("the vocabulary must be a list of addresses")
    shape = {"@context": context, **shape_of(said)}
    return json.dumps(shape), list(numbers)


def _term(key: Any) -> str:
    if not isinstance(key, str) or key.startswith("@") or ":" in key:
        raise Unsignable(f"{key!r} is not a term of the vocabulary")
    return key


def _types(value: Any) -> Any:
    if isinstance(value, str) or _is_texts(value):
        return value
    raise Unsignable(f"{value!r} is neither a type nor a list of types")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The lines of a shape, open where a text or a blank node's label goes."""

    lines: tuple[str, ...]
    about: dict[str, tuple[str, ...]]
    """By blank node, the lines that mention it."""
    literals: tuple[int, ...]
    addresses: tuple[int, ...]

    def filled(self, texts: list[str]) -> str:
        """Fill the lines; raises _OutOfTheOrdinary."""
        values = {f"l{number}": texts[number].translate(_ESCAPES) for number in self.literals}
        for number in self.addresses:
            if not _PLAIN_IRI.fullmatch(texts[number]):
                raise _OutOfTheOrdinary
            values[f"a{number}"] = texts[number]
        values.update(self._labels(values))
        lines = sorted([line % values for line in self.lines])
        if any(map(str.__eq__, lines, lines[1:])):
            raise _OutOfTheOrdinary
        return "".join(lines)

    def _labels(self, values: dict[str, str]) -> dict[str, str]:
        """Label the blank nodes by the hashes of what is said about each.

        Two of which the same is said are told apart by their neighbours only: the long way.
        """
        others = dict.fromkeys(self.about, "_:z")
        hashes: dict[str, str] = {}
        for node, lines in self.about.items():
            seen = {**values, **others, node: "_:a"}
            said = "".join(sorted([line % seen for line in lines]))
            hashes[sha256(said.encode()).hexdigest()] = node
        if len(hashes) < len(self.about):
            raise _OutOfTheOrdinary
        return {hashes[key]: f"_:c14n{number}" for number, key in enumerate(sorted(hashes))}


@lru_cache(maxsize=256)
def _compiled(shape: str) -> _Compiled:
    """Let PyLD read a shape; raises Unsignable when it would drop a part of it."""
    document = json.loads(shape)
    _require_covered(document)
    # Nobody can write a text that is taken for one of these.
    mark = f"urn:{secrets.token_hex(16)}:"
    quads = _quads(_with_texts(document, lambda number: f"{mark}{number}"))
    used: dict[str, set[int]] = {"l": set(), "a": set()}

    def opened(component: dict[str, str]) -> str:
        value = component["value"]
        if component["type"] == "blank node":
            return f"%({value})s"
        kind = "l" if component["type"] == "literal" else "a"
        if value.startswith(mark):
            used[kind].add(int(value.removeprefix(mark)))
            text = f"%({kind}{value.removeprefix(mark)})s"
        else:
            text = (value.translate(_ESCAPES) if kind == "l" else value).replace("%", "%%")
        return f'"{text}"{_datatype(component)}' if kind == "l" else f"<{text}>"

    lines: list[str] = []
    about: dict[str, list[str]] = {}
    for quad in quads:
        line = " ".join(opened(component) for component in quad) + " .\n"
        lines.append(line)
        for node in {part["value"] for part in quad if part["type"] == "blank node"}:
            about.setdefault(node, []).append(line)
    return _Compiled(
        lines=tuple(lines),
        about={node: tuple(said) for node, said in about.items()},
        literals=tuple(sorted(used["l"])),
        addresses=tuple(sorted(used["a"])),
    )


def _datatype(literal: dict[str, str]) -> str:
    if "language" in literal:
        return f"@{literal['language']}"
    datatype = literal["datatype"]
    return "" if datatype == _STRING else f"^^<{datatype}>".replace("%", "%%")


def _quads(document: Document) -> list[list[dict[str, str]]]:
    """Read a document as statements: subject, predicate, object, and graph where there is one."""
    try:
        dataset = jsonld.to_rdf(document, {"documentLoader": contexts.load})
    except jsonld.JsonLdError as problem:
        raise Unsignable(f"no linked data: {problem.type}") from problem
    quads = []
    for name, triples in dataset.items():
        graph = []
        if name != "@default":
            graph = [{"type": "blank node" if name.startswith("_:") else "IRI", "value": name}]
        quads += [[one["subject"], one["predicate"], one["object"], *graph] for one in triples]
    return quads


def _with_texts(shape: Any, text: Any) -> Any:
    """Put a text in place of each number of a shape."""
    match shape:
        case [None, number]:
            return text(number)
        case list():
            return [_with_texts(item, text) for item in shape]
        case dict():
            return {
                key: value if key in _KEPT else _with_texts(value, text)
                for key, value in shape.items()
            }
        case _:
            return shape


def _require_covered(shape: Document) -> None:
    """Refuse a shape of which a value or a type would silently fall away.

    Every value is marked by itself here, so that none hides behind an equal one.
    """
    mark = f"urn:{secrets.token_hex(16)}:"
    marked: list[str] = []
    types = 0

    def mark_all(node: Any) -> Any:
        nonlocal types
        match node:
            case [None, _] | bool() | int():
                marked.append(f"{mark}{len(marked)}")
                return marked[-1]
            case list():
                return [mark_all(item) for item in node]
            case _:
                said = {}
                for key, value in node.items():
                    if key == "type":
                        types += len(value) if isinstance(value, list) else 1
                    said[key] = value if key in _KEPT else mark_all(value)
                return said

    quads = _quads(mark_all(shape))
    told = {component["value"] for quad in quads for component in quad}
    found = Counter(quad[1]["value"] for quad in quads)[_TYPE]
    if not told.issuperset(marked) or found != types:
        raise Unsignable("a term that no vocabulary knows, and no signature would cover")
