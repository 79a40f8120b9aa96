"""What is taken in as a logo or a signature, and what is left of it."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from nador.certification.pdf.pictures import LARGEST_FILE, WIDEST_KEPT, take_in
from nador.certification.template import BadPicture, Media
from tests.certification.designs import LOGO_SVG, png

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" {more}>{inside}</svg>'
SQUARE = '<path d="M0 0h9v9z"/>'


def svg(inside: str = SQUARE, more: str = "") -> bytes:
    return SVG.format(inside=inside, more=more).encode()


def test_a_png_is_written_anew_on_white_without_its_notes() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "file:///etc/passwd")
    uploaded = BytesIO()
    Image.new("RGBA", (2400, 600), (0, 0, 0, 0)).save(uploaded, "PNG", pnginfo=notes)

    picture, cleaned = take_in(uploaded.getvalue())

    assert picture.media is Media.PNG
    assert (picture.width, picture.height) == (WIDEST_KEPT, 300)
    assert b"passwd" not in cleaned
    with Image.open(BytesIO(cleaned)) as kept:
        assert kept.mode == "RGB"
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_the_same_picture_has_the_same_hash() -> None:
    assert take_in(png())[0] == take_in(png())[0]
    assert take_in(LOGO_SVG) == take_in(LOGO_SVG)


def test_an_svg_is_rebuilt_from_shapes() -> None:
    picture, cleaned = take_in(
        svg(
            '<!-- made by hand --><title>Logo</title><metadata><x xmlns="urn:y"/></metadata><defs/>'
            '<g style="fill:#fff; stroke: none; font-family:X; fill-opacity:1" id="a" class="b">'
            '<rect x="1" y="2" width="3mm" height="4" rx="1" data-x="javascript:1"/></g>'
        )
    )

    assert (picture.media, picture.width, picture.height) == (Media.SVG, 40, 20)
    assert cleaned.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><g fill="#fff" stroke="none">'
        '<rect x="1" y="2" width="3mm" height="4" rx="1" /></g></svg>'
    )


def test_an_svg_without_a_view_box_has_its_width_and_height() -> None:
    picture, _ = take_in(
        b'<svg xmlns="http://www.w3.org/2000/svg" width="60px" height="30px"><circle r="9"/></svg>'
    )

    assert (picture.width, picture.height) == (60, 30)


@pytest.mark.parametrize(
    ("inside", "detail", "name"),
    [
        ("<script>alert(1)</script>", "element", "script"),
        ('<image href="file:///etc/passwd"/>', "element", "image"),
        ('<image href="http://127.0.0.1:9/x.png"/>', "element", "image"),
        ('<use href="http://127.0.0.1:9/x.svg#a"/>', "element", "use"),
        ('<a href="javascript:alert(1)"><path d="M0 0"/></a>', "element", "a"),
        ("<style>@import url(http://127.0.0.1:9/x.css);</style>", "element", "style"),
        ("<foreignObject><p/></foreignObject>", "element", "foreignObject"),
        ('<animate attributeName="d"/>', "element", "animate"),
        ('<set attributeName="href" to="file:///x"/>', "element", "set"),
        ("<text>Institut</text>", "element", "text"),
        ('<defs><linearGradient id="a"/></defs>', "element", "defs"),
        ("<svg><path/></svg>", "element", "svg"),
        ('<path fill="url(http://127.0.0.1:9/#a)" d="M0 0h9"/>', "attribute", "fill"),
        ('<path style="fill:url(file:///etc/passwd#a)" d="M0 0h9"/>', "attribute", "fill"),
        ('<path d="M0 0 url(x)"/>', "attribute", "d"),
        ('<path fill="rgb(1,2,3" d="M0 0"/>', "attribute", "fill"),
        ('<path transform="translate(1) url(a)" d="M0 0"/>', "attribute", "transform"),
        ('<path opacity=".5" d="M0 0"/>', "attribute", "opacity"),
        ('<path style="display:none" d="M0 0"/>', "attribute", "display"),
        ('<path filter="url(#f)" d="M0 0"/>', "attribute", "filter"),
        ('<rect width="1e9999999"/>', "attribute", "width"),
        ('<path stroke-width="var(--x)" d="M0 0"/>', "attribute", "stroke-width"),
        ("", "empty", None),
        ("<g>" * 40 + "</g>" * 40, "shapes", None),
        (SQUARE * 3001, "shapes", None),
    ],
)
def test_what_an_svg_may_not_hold_is_named(inside: str, detail: str, name: str | None) -> None:
    with pytest.raises(BadPicture) as refusal:
        take_in(svg(inside))

    assert refusal.value.params["detail"] == detail
    assert refusal.value.params.get("name") == name


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "type"),
        (b"GIF89a" + b"\0" * 100, "type"),
        (b"%PDF-1.7", "type"),
        (b"<html><svg", "damaged"),
        (b'<?xml version="1.0"?><p xmlns="x"><svg/></p>', "type"),
        (
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
            "damaged",
        ),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///x">]>' + svg('<path d="&a;"/>'), "damaged"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>', "sides"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 nan 4"><path d="M0 0"/></svg>',
            "sides",
        ),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 4"><path d="M0 0"/></svg>',
            "sides",
        ),
        (svg(SQUARE + " " * 200_000), "size"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "damaged"),
        (png()[:200], "damaged"),
        (png(15, 15), "small"),
        (png(400, 16), "sides"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * LARGEST_FILE, "size"),
    ],
)
def test_what_is_no_picture_for_a_sheet_is_refused(content: bytes, detail: str) -> None:
    with pytest.raises(BadPicture) as refusal:
        take_in(content)

    assert refusal.value.params["detail"] == detail


def test_a_bomb_is_not_unpacked() -> None:
    bomb = BytesIO()
    Image.new("1", (5000, 5000)).save(bomb, "PNG", optimize=True)

    assert len(bomb.getvalue()) < 10_000
    with pytest.raises(BadPicture) as refusal:
        take_in(bomb.getvalue())
    assert refusal.value.params["detail"] == "size"
