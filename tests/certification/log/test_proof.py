"""Notes, checkpoints and proofs: as C2SP writes them, and refused when a single bit is turned."""

from __future__ import annotations

from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nador.certification.log import note, tree
from nador.certification.log.note import Checkpoint, NotANote, NoteKey, NotSigned
from nador.certification.log.proof import LogProof, NotProven

PRIVATE: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY: Final = NoteKey("certs.example.org", PRIVATE.public_key())
STRANGER: Final = NoteKey(KEY.name, Ed25519PrivateKey.generate().public_key())
ENTRIES: Final = [bytes([number]) * 32 for number in range(100)]
LEAVES: Final = [tree.leaf_hash(one) for one in ENTRIES]
CHECKPOINT: Final = Checkpoint(KEY.name, len(LEAVES), tree.root(LEAVES))
NOTE: Final = note.sign(CHECKPOINT.text, KEY, PRIVATE.sign)
INDEX: Final = 41
PROOF: Final = LogProof(
    INDEX,
    tuple(tree.root(LEAVES[a:b]) for a, b in tree.inclusion_spans(INDEX, len(LEAVES))),
    NOTE,
)


# --- notes ---------------------------------------------------------------------------------


def test_the_known_note_of_the_go_library() -> None:
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signed = (
        f"{text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
        "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )

    assert note.open_note(signed, [NoteKey.parse(key)]) == text
    assert str(NoteKey.parse(key)) == key


def test_a_checkpoint_is_read_as_it_is_written() -> None:
    assert note.open_checkpoint(NOTE, [STRANGER, KEY]) == CHECKPOINT
    assert NOTE.startswith("certs.example.org\n100\n")
    assert NoteKey.parse(str(KEY)) == KEY


def test_signatures_of_strangers_are_left_alone() -> None:
    witnessed = NOTE + "— witness.example mJirIklj\n"

    assert note.open_checkpoint(witnessed, [KEY]) == CHECKPOINT


def test_a_log_is_not_believed_in_the_name_of_another() -> None:
    other = Checkpoint("other.example", 1, LEAVES[0])

    with pytest.raises(NotSigned):
        note.open_checkpoint(note.sign(other.text, KEY, PRIVATE.sign), [KEY])


@pytest.mark.parametrize(
    ("text", "keys", "refusal"),
    [
        pytest.param(NOTE, [], NotSigned, id="no key"),
        pytest.param(NOTE, [STRANGER], NotSigned, id="another key"),
        pytest.param(NOTE.replace("\n100\n", "\n101\n"), [KEY], NotSigned, id="another size"),
        pytest.param(NOTE.rstrip("\n"), [KEY], NotANote, id="cut off"),
        pytest.param(CHECKPOINT.text, [KEY], NotANote, id="not signed"),
        pytest.param(NOTE.replace("100", "100\r"), [KEY], NotANote, id="a control character"),
        pytest.param(NOTE + "— witness.example x\n", [KEY], NotANote, id="not base64"),
        pytest.param(NOTE + "by hand\n", [KEY], NotANote, id="not a signature"),
        pytest.param(NOTE + "— w.example mJirIklj\n" * 64, [KEY], NotANote, id="too many"),
        pytest.param("", [KEY], NotANote, id="nothing"),
    ],
)
def test_what_is_no_checkpoint_is_refused(
    text: str, keys: list[NoteKey], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        note.open_checkpoint(text, keys)


@pytest.mark.parametrize("size", ["-1", "01", "+1", "1 ", "٣", "", "9" * 5000])
def test_a_size_has_one_spelling(size: str) -> None:
    text = CHECKPOINT.text.replace("100", size)

    with pytest.raises(NotANote):
        note.open_checkpoint(note.sign(text, KEY, PRIVATE.sign), [KEY])


@pytest.mark.parametrize("text", ["", "a+b", "a b+00000000+AQ==", str(KEY).replace("+", "+0", 1)])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotANote):
        NoteKey.parse(text)


def test_a_key_with_the_id_of_another_is_refused() -> None:
    forged = f"{KEY.name}+{STRANGER.id.hex()}+{str(KEY).split('+', 2)[2]}"

    with pytest.raises(NotANote, match="another id"):
        NoteKey.parse(forged)


# --- proofs --------------------------------------------------------------------------------


def test_a_proof_is_read_as_it_is_written() -> None:
    assert LogProof.parse(str(PROOF)) == PROOF
    assert PROOF.verify(ENTRIES[INDEX], [KEY]) == CHECKPOINT


def test_extra_data_is_left_alone() -> None:
    with_extra = str(PROOF).replace("\nindex", "\nextra bm90IHRydXN0ZWQ=\nindex", 1)

    assert LogProof.parse(with_extra) == PROOF


def test_the_first_and_only_entry_needs_no_path() -> None:
    alone = Checkpoint(KEY.name, 1, LEAVES[0])
    proof = LogProof(0, (), note.sign(alone.text, KEY, PRIVATE.sign))

    assert LogProof.parse(str(proof)).verify(ENTRIES[0], [KEY]) == alone


def test_every_bit_counts() -> None:
    content = str(PROOF).encode()

    for place in range(len(content) * 8):
        turned = bytearray(content)
        turned[place // 8] ^= 1 << place % 8
        assert not _is_believed(bytes(turned), ENTRIES[INDEX]), place


def test_every_byte_counts() -> None:
    content = str(PROOF).encode()

    for place in range(len(content)):
        assert not _is_believed(content[:place] + content[place + 1 :], ENTRIES[INDEX]), place
        assert not _is_believed(content[:place], ENTRIES[INDEX]), place
    assert not _is_believed(content + b"\n", ENTRIES[INDEX])


def test_another_entry_is_not_proven() -> None:
    for bit in range(256):
        other = (int.from_bytes(ENTRIES[INDEX]) ^ 1 << bit).to_bytes(32)
        with pytest.raises(NotProven):
            PROOF.verify(other, [KEY])


@pytest.mark.parametrize("index", [0, 40, 42, 99, 100, 2**62])
def test_another_index_is_not_proven(index: int) -> None:
    with pytest.raises(NotProven):
        LogProof(index, PROOF.path, NOTE).verify(ENTRIES[INDEX], [KEY])


def test_a_path_of_another_length_is_not_proven() -> None:
    for path in (PROOF.path[:-1], (*PROOF.path, LEAVES[0])):
        with pytest.raises(NotProven):
            LogProof(INDEX, path, NOTE).verify(ENTRIES[INDEX], [KEY])


def _is_believed(content: bytes, entry: bytes) -> bool:
    try:
        LogProof.parse(content.decode()).verify(entry, [KEY])
    except (UnicodeDecodeError, NotANote, NotSigned, NotProven):
        return False
    return True
