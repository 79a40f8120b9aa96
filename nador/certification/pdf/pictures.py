"""Takes in a logo or a signature: told apart by its content, and written anew.

What is kept is never what was uploaded: a PNG is decoded and encoded again without its notes,
on white; an SVG is rebuilt from a short list of shapes and attributes, so that it holds no
script, no address, no style and no text. Raises BadPicture.
"""

import hashlib
import re
import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree import ElementTree as ET

from defusedxml import ElementTree as SafeET
from defusedxml.common import DefusedXmlException
from PIL import Image, UnidentifiedImageError

from nador.certification.template import BadPicture, Media, Picture

LARGEST_FILE: Final = 1_000_000
MOST_PIXELS: Final = 20_000_000
LEAST_SIDE: Final = 16
WIDEST_KEPT: Final = 1200
"""Pixels of the longer side: more than a printer shows in the room there is."""
MOST_SHAPES: Final = 3000
DEEPEST: Final = 30
LARGEST_SVG: Final = 200_000
FLATTEST: Final = 20
"""How many times longer one side may be than the other."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SVG: Final = "http://www.w3.org/2000/svg"
_PASSED_OVER: Final = {"title", "desc", "metadata"}
_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?")
_NUMBERS: Final = re.compile(r"[-+.,\deE\s]*")
_LENGTH: Final = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(px|pt|mm|cm|in)?")
_COLOUR: Final = re.compile(
    r"none|[a-zA-Z]{3,20}|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|rgb\(\s*\d{1,3}%?(\s*,\s*\d{1,3}%?){2}\s*\)"
)
_PATH: Final = re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d\seE.,+-]*")
_TRANSFORM: Final = re.compile(
    r"\s*((matrix|translate|scale|rotate|skewX|skewY)\([-+.,\deE\s]*\)[\s,]*)*"
)
_WORD: Final = re.compile(r"[a-z-]{1,20}")
_PAINT: Final = {
    "fill": _COLOUR,
    "stroke": _COLOUR,
    "stroke-width": _LENGTH,
    "stroke-linecap": _WORD,
    "stroke-linejoin": _WORD,
    "stroke-miterlimit": _NUMBER,
    "fill-rule": _WORD,
    "transform": _TRANSFORM,
}
_SHAPES: Final[dict[str, dict[str, re.Pattern[str]]]] = {
    "svg": {},
    "g": {},
    "path": {"d": _PATH},
    "rect": dict.fromkeys(("x", "y", "width", "height", "rx", "ry"), _LENGTH),
    "circle": dict.fromkeys(("cx", "cy", "r"), _LENGTH),
    "ellipse": dict.fromkeys(("cx", "cy", "rx", "ry"), _LENGTH),
    "line": dict.fromkeys(("x1", "y1", "x2", "y2"), _LENGTH),
    "polyline": {"points": _NUMBERS},
    "polygon": {"points": _NUMBERS},
}
# What would be drawn otherwise without it: nobody wants half a logo.
_TELLING: Final = {"opacity", "fill-opacity", "stroke-opacity", "display", "visibility"}
_NOTHING: Final = {"1", "1.0", "100%", "inline", "visible"}


def take_in(content: bytes) -> tuple[Picture, bytes]:
    """Clean an uploaded picture; return what the sheet needs to know of it, and its new bytes."""
    if len(content) > LARGEST_FILE:
        raise BadPicture(detail="size")
    if content.startswith(_PNG):
        media, (cleaned, width, height) = Media.PNG, _clean_png(content)
    elif b"<svg" in content[:10_000]:
        media, (cleaned, width, height) = Media.SVG, _clean_svg(content)
    else:
        raise BadPicture(detail="type")
    if not 1 / FLATTEST <= width / height <= FLATTEST:
        raise BadPicture(detail="sides")
    return Picture(hashlib.sha256(cleaned).hexdigest(), media, width, height), cleaned


def _clean_png(content: bytes) -> tuple[bytes, float, float]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns of a bomb below twice its limit.
            image = Image.open(BytesIO(content), formats=("PNG",))
            if image.width * image.height > MOST_PIXELS:
                raise BadPicture(detail="size")
            # WeasyPrint tells Pillow to bear half a file; looked through first, it is not borne.
            Image.open(BytesIO(content), formats=("PNG",)).verify()
            drawn = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Warning) as trouble:
        raise BadPicture(detail="damaged") from trouble
    if min(drawn.size) < LEAST_SIDE:
        raise BadPicture(detail="small")
    # Paper is white, and a picture without a mask is one object of the PDF.
    paper = Image.new("RGB", drawn.size, "white")
    paper.paste(drawn, mask=drawn.getchannel("A"))
    paper.thumbnail((WIDEST_KEPT, WIDEST_KEPT))
    written = BytesIO()
    paper.save(written, "PNG", optimize=True)
    return written.getvalue(), paper.width, paper.height


def _clean_svg(content: bytes) -> tuple[bytes, float, float]:
    if len(content) > LARGEST_SVG:
        raise BadPicture(detail="size")
    try:
        root = SafeET.fromstring(content, forbid_dtd=False, forbid_entities=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as trouble:
        raise BadPicture(detail="damaged") from trouble
    if root.tag != f"{{{_SVG}}}svg":
        raise BadPicture(detail="type")
    box = _view_box(root)
    shapes = iter(range(MOST_SHAPES))
    rebuilt = ET.Element("svg", {"xmlns": _SVG, "viewBox": " ".join(f"{one:g}" for one in box)})
    rebuilt.attrib |= _paint(root)
    for child in root:
        _rebuild(child, rebuilt, shapes, depth=0)
    if next(shapes, None) == 0:
        raise BadPicture(detail="empty")
    return ET.tostring(rebuilt, encoding="utf-8"), box[2], box[3]


def _view_box(root: ET.Element) -> tuple[float, float, float, float]:
    numbers = [float(found.group()) for found in _NUMBER.finditer(root.get("viewBox", ""))] or [
        0,
        0,
        *(_length(root.get(side, "")) for side in ("width", "height")),
    ]
    match numbers:
        case [left, top, width, height] if 0 < width < 1e6 and 0 < height < 1e6:  # noqa: PLR2004  # beyond it numbers lose their fractions
            return left, top, width, height
        case _:
            raise BadPicture(detail="sides")


def _length(text: str) -> float:
    found = _LENGTH.fullmatch(text.strip())
    return float(found.group(1)) if found else 0


def _rebuild(old: ET.Element, parent: ET.Element, shapes: Iterator[int], *, depth: int) -> None:
    namespace, _, name = old.tag.rpartition("}") if isinstance(old.tag, str) else ("", "", "")
    if not name or namespace != f"{{{_SVG}" or name in _PASSED_OVER:
        return  # a comment, or a drawing program's notes to itself
    if name == "defs" and not len(old):
        return
    if name not in _SHAPES or name == "svg":
        raise BadPicture(detail="element", name=name[:40])
    if depth > DEEPEST or next(shapes, None) is None:
        raise BadPicture(detail="shapes")
    new = ET.SubElement(parent, name, _paint(old))
    for attribute, pattern in _SHAPES[name].items():
        value = old.get(attribute)
        if value is not None:
            new.set(attribute, _proper(attribute, value, pattern))
    for child in old:
        _rebuild(child, new, shapes, depth=depth + 1)


def _paint(old: ET.Element) -> dict[str, str]:
    """Read how a shape is painted, from attributes and from its style."""
    declared = dict(old.attrib)
    for declaration in old.get("style", "").split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            declared[name.strip()] = value.strip()
    for name in _TELLING & declared.keys():
        if declared[name].strip() not in _NOTHING:
            raise BadPicture(detail="attribute", name=name)
    for name in ("filter", "mask", "clip-path"):
        if declared.get(name, "none") != "none":
            raise BadPicture(detail="attribute", name=name)
    return {
        name: _proper(name, declared[name], pattern)
        for name, pattern in _PAINT.items()
        if name in declared
    }


def _proper(name: str, value: str, pattern: re.Pattern[str]) -> str:
    value = value.strip()
    if not pattern.fullmatch(value):
        raise BadPicture(detail="attribute", name=name)
    return value
