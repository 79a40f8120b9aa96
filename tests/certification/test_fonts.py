import tomllib
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
import uharfbuzz as hb

from nador.certification.pdf import fonts
from nador.kernel.resources import PACKAGE

STATIC = PACKAGE / "static"

VENDORED = tomllib.loads((STATIC / "vendored.toml").read_text(encoding="utf-8"))["file"]
TENTH_OF_AN_EM = fonts.UNITS_PER_EM / 10


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.name)
def test_the_prepared_face_is_what_its_original_gives(face: fonts.Face) -> None:
    assert fonts.prepare(face) == face.path.read_bytes()


def test_the_prepared_faces_are_light() -> None:
    assert sum(face.path.stat().st_size for face in fonts.FACES) < 600_000


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: Path(entry["path"]).name)
def test_a_vendored_file_is_unchanged(entry: dict[str, str]) -> None:
    assert sha256((STATIC / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


def shaped(text: str) -> hb.Buffer:
    face = next(face for face in fonts.FACES if face.name == "arabic")
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(hb.Font(hb.Face(face.path.read_bytes())), buffer)
    return buffer


@pytest.mark.parametrize("word", ["الكريم", "عبد المالك", "الإلكتروني", "لكم", "الحكيم", "لله"])
def test_no_letter_is_drawn_with_two_glyphs(word: str) -> None:
    """A reader of the PDF would take the second glyph for a letter of its own."""
    clusters = [info.cluster for info in shaped(word).glyph_infos]

    assert len(clusters) == len(set(clusters))


def test_no_gap_inside_a_word_looks_like_a_blank() -> None:
    words = ("".join(letters) for letters in product("لب", "رزدو", "بتين", "امريه"))

    for word in words:
        gaps = [position.x_offset for position in shaped(word).glyph_positions or ()]
        assert max(gaps) < TENTH_OF_AN_EM, word
