"""The keys of an institute: made, opened, replaced, retired, lost."""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from nador.certification import service
from nador.certification.jobs import keys_at_hand
from nador.certification.keys import queries
from nador.certification.keys.chain import ChainExpired, ChainOfAnotherKey, read_chain
from nador.certification.keys.pkcs11 import Device
from nador.certification.keys.signer import FileSigner, KeyUnusable, is_signed
from nador.certification.keys.store import Bought, KeyRing, ageing
from nador.certification.models import SigningKey
from nador.certification.pdf.render import render
from nador.certification.pdf.seal import seal
from nador.certification.rules import (
    KeyNotChanged,
    KeyPurpose,
    KeyStatus,
    KeyStorage,
    require_key_step,
)
from nador.kernel import clock
from nador.kernel.access import Actor, Role
from nador.kernel.audit import AuditEntry
from nador.kernel.db import command
from nador.kernel.errors import NotFound
from nador.settings import Pkcs11
from tests.certification.test_seal import troubles
from tests.factories import make_actor
from tests.factories.facts import make_facts
from tests.factories.keys import make_chain, new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from nador.accounts.models import Institute
    from nador.kernel.work import Desk
    from nador.settings import Settings


@pytest.fixture
def ring(settings: Settings) -> KeyRing:
    """The ring as a process finds it when it starts."""
    return KeyRing(settings.keys, settings.key_passphrase_file)


@pytest.fixture
def administrator(session: Session, institute: Institute) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, institute_id=institute.id)


@pytest.fixture
def made(
    session: Session, administrator: Actor, institute: Institute, ring: KeyRing
) -> list[SigningKey]:
    return service.make_first_keys(session, administrator, institute_id=institute.id, ring=ring)


def of(keys: list[SigningKey], purpose: KeyPurpose) -> SigningKey:
    return next(key for key in keys if key.purpose is purpose)


def anew(ring: KeyRing) -> KeyRing:
    return KeyRing(ring.folder, ring.passphrase_file, ring.device)


# --- making and opening --------------------------------------------------------------------


def test_the_first_keys_sign(made: list[SigningKey], ring: KeyRing) -> None:
    assert [key.purpose for key in made] == list(KeyPurpose)
    for key in made:
        signer = anew(ring).open(key.known)
        assert is_signed(signer.public, signer.sign(b"said"), b"said")
        assert not is_signed(signer.public, signer.sign(b"said"), b"not said")


def test_a_second_time_makes_nothing(
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
    made: list[SigningKey],
) -> None:
    again = service.make_first_keys(session, administrator, institute_id=institute.id, ring=ring)

    assert again == []
    assert len(queries.keys(session)) == len(made)


def test_the_seal_of_a_new_institute_holds(made: list[SigningKey], ring: KeyRing) -> None:
    signer = ring.open(of(made, KeyPurpose.SEAL).known)

    assert isinstance(signer, FileSigner)
    assert troubles(seal(_page(), signer), signer) == []


def _page() -> bytes:
    return render(make_facts())


def test_only_the_owner_reads_the_files(made: list[SigningKey], ring: KeyRing) -> None:
    files = [ring.passphrase_file, *(ring.path(key.purpose, key.kid) for key in made)]

    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(
        file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") for file in files[1:]
    )


def test_a_key_is_opened_once_for_a_process(made: list[SigningKey], ring: KeyRing) -> None:
    known = of(made, KeyPurpose.CREDENTIAL).known

    assert ring.open(known) is ring.open(known)


def test_the_ring_of_a_process_is_one(settings: Settings) -> None:
    assert KeyRing.of(settings) is KeyRing.of(settings)


# --- what goes wrong -----------------------------------------------------------------------


def test_a_lost_key_says_so(made: list[SigningKey], ring: KeyRing) -> None:
    known = of(made, KeyPurpose.SEAL).known
    ring.path(known.purpose, known.kid).unlink()

    with pytest.raises(KeyUnusable, match="cannot be read: No such file"):
        anew(ring).open(known)
    with pytest.raises(KeyUnusable, match="is lost"):
        ring.check(known)


def test_another_passphrase_says_so(made: list[SigningKey], ring: KeyRing) -> None:
    ring.passphrase_file.write_text("something else")

    with pytest.raises(KeyUnusable, match="does not open with the passphrase"):
        anew(ring).open(of(made, KeyPurpose.SEAL).known)


def test_no_passphrase_says_so(made: list[SigningKey], ring: KeyRing) -> None:
    ring.passphrase_file.write_text("\n")
    with pytest.raises(KeyUnusable, match="is empty"):
        anew(ring).open(of(made, KeyPurpose.SEAL).known)

    ring.passphrase_file.unlink()
    with pytest.raises(KeyUnusable, match="No such file"):
        anew(ring).open(of(made, KeyPurpose.SEAL).known)


def test_a_swapped_file_says_so(made: list[SigningKey], ring: KeyRing) -> None:
    one, other = of(made, KeyPurpose.CREDENTIAL), of(made, KeyPurpose.LOG)
    path = ring.path(one.purpose, one.kid)
    path.write_bytes(ring.path(other.purpose, other.kid).read_bytes())

    with pytest.raises(KeyUnusable, match="holds another key"):
        anew(ring).open(one.known)


def test_a_damaged_file_says_so(made: list[SigningKey], ring: KeyRing) -> None:
    key = of(made, KeyPurpose.SEAL)
    ring.path(key.purpose, key.kid).write_bytes(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA")

    with pytest.raises(KeyUnusable, match="does not open"):
        anew(ring).open(key.known)


def test_a_key_that_others_can_read_is_not_used(made: list[SigningKey], ring: KeyRing) -> None:
    key = of(made, KeyPurpose.SEAL)
    ring.path(key.purpose, key.kid).chmod(0o644)

    with pytest.raises(KeyUnusable, match="chmod 600"):
        anew(ring).open(key.known)


def test_an_expired_certificate_stops_the_seal(made: list[SigningKey], ring: KeyRing) -> None:
    known = of(made, KeyPurpose.SEAL).known
    ring.open(known)

    with (
        time_machine.travel(clock.now() + timedelta(days=3660)),
        pytest.raises(KeyUnusable, match="expired on"),
    ):
        ring.open(known)


def test_a_worker_says_what_it_lacks(made: list[SigningKey], ring: KeyRing, desk: Desk) -> None:
    assert list(keys_at_hand(desk)) == []

    for key in made:
        ring.path(key.purpose, key.kid).unlink()

    told = list(keys_at_hand(desk))
    # A root may be kept away from the machine.
    assert len(told) == 3
    assert all("is lost" in one for one in told)


def test_old_keys_are_told_in_time(made: list[SigningKey]) -> None:
    key = of(made, KeyPurpose.SEAL)
    now = key.created_at

    def told(days: int) -> int:
        return len(list(ageing(key.known, now, now=now + timedelta(days=days))))

    assert [told(0), told(399), told(401), told(3600)] == [0, 0, 1, 2]


# --- replacing and retiring ----------------------------------------------------------------


def test_a_new_key_signs_and_the_old_one_is_still_published(
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
    made: list[SigningKey],
) -> None:
    old = of(made, KeyPurpose.SEAL)

    new = service.rotate_key(
        session, administrator, purpose=KeyPurpose.SEAL, institute_id=institute.id, ring=ring
    )

    assert queries.key_in_use(session, KeyPurpose.SEAL, institute.id).kid == new.kid
    session.refresh(old)
    assert old.status is KeyStatus.RETIRED
    assert {old.kid, new.kid} <= {key.kid for key in queries.issuer_keys(session, institute.id)}
    assert read_chain(old.chain or "").root == read_chain(new.chain or "").root
    assert len(queries.trusted_roots(session)) == 1
    told = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject.startswith("key:"))
    ).all()
    assert told.count("key.taken") == 5
    assert told.count("key.retired") == 1


def test_a_compromised_key_is_published_no_more(
    session: Session, administrator: Actor, institute: Institute, made: list[SigningKey]
) -> None:
    kid = of(made, KeyPurpose.CREDENTIAL).kid

    service.retire_key(session, administrator, kid=kid, compromised=True)

    assert kid not in {key.kid for key in queries.issuer_keys(session, institute.id)}
    assert queries.find_key(session, KeyPurpose.CREDENTIAL, institute.id) is None
    assert (institute.prefix, KeyPurpose.CREDENTIAL) in queries.lacking_keys(session)
    with pytest.raises(KeyNotChanged):
        service.retire_key(session, administrator, kid=kid, compromised=False)


def test_a_compromised_root_is_believed_no_more(
    session: Session, administrator: Actor, made: list[SigningKey]
) -> None:
    service.retire_key(session, administrator, kid=of(made, KeyPurpose.ROOT).kid, compromised=True)

    assert queries.trusted_roots(session) == []


def test_without_the_root_no_new_seal_is_made(
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
    made: list[SigningKey],
) -> None:
    root = of(made, KeyPurpose.ROOT)
    ring.path(root.purpose, root.kid).rename(ring.folder / "away")

    with pytest.raises(KeyUnusable, match="cannot be read"):
        service.rotate_key(
            session,
            administrator,
            purpose=KeyPurpose.SEAL,
            institute_id=institute.id,
            ring=anew(ring),
        )

    kept = queries.key_in_use(session, KeyPurpose.SEAL, institute.id)
    assert kept.kid == of(made, KeyPurpose.SEAL).kid


@pytest.mark.parametrize("role", [Role.CERTIFIER, Role.REGISTRAR, Role.AUDITOR])
def test_only_administrators_decide_about_keys(
    session: Session, institute: Institute, ring: KeyRing, made: list[SigningKey], role: Role
) -> None:
    actor = make_actor(session, role, institute_id=institute.id)

    for purpose in KeyPurpose:
        key = of(made, purpose)
        with pytest.raises(NotFound):
            service.retire_key(session, actor, kid=key.kid, compromised=False)
        with pytest.raises(NotFound):
            service.rotate_key(
                session, actor, purpose=purpose, institute_id=key.institute_id, ring=ring
            )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(KeyStatus.RETIRED, KeyStatus.ACTIVE, id="back to work"),
        pytest.param(KeyStatus.COMPROMISED, KeyStatus.RETIRED, id="forgiven"),
        pytest.param(KeyStatus.RETIRED, KeyStatus.RETIRED, id="twice"),
    ],
)
def test_trust_is_only_lost(old: KeyStatus, new: KeyStatus) -> None:
    with pytest.raises(KeyNotChanged):
        require_key_step(old, new)


def test_a_retired_key_may_turn_out_compromised() -> None:
    require_key_step(KeyStatus.RETIRED, KeyStatus.COMPROMISED)


@command
def _overwrite(session: Session, _actor: Actor, kid: str) -> None:
    session.execute(update(SigningKey).values(kid=kid))


def test_the_database_keeps_what_a_key_was(
    session: Session, administrator: Actor, made: list[SigningKey]
) -> None:
    with pytest.raises(DBAPIError, match="snapshot"):
        _overwrite(session, administrator, made[0].kid + "x")


# --- bought keys ---------------------------------------------------------------------------


def _bought(locked_by: bytes | None = None, **different: bytes | None) -> Bought:
    key = new_key()
    locked = BestAvailableEncryption(locked_by) if locked_by else NoEncryption()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    chain = make_chain(key, name={"fr": "Autorité du commerce"}).pem.encode()
    return replace(Bought(key=pem, passphrase=locked_by, chain=chain), **different)  # type: ignore[arg-type] # its fields


@pytest.mark.parametrize("passphrase", [None, b"of the shop"], ids=["open", "locked"])
def test_a_bought_key_takes_the_place_of_ours(
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
    made: list[SigningKey],
    passphrase: bytes | None,
) -> None:
    new = service.rotate_key(
        session,
        administrator,
        purpose=KeyPurpose.SEAL,
        institute_id=institute.id,
        ring=ring,
        bought=_bought(passphrase),
    )

    assert anew(ring).open(new.known).kid == new.kid
    # What was sealed before is still believed, for the root of then.
    assert len(queries.trusted_roots(session)) == 2


def _expired() -> Bought:
    key = new_key()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    long_ago = clock.now() - timedelta(days=4000)
    return Bought(key=pem, passphrase=None, chain=make_chain(key, now=long_ago).pem.encode())


@pytest.mark.parametrize(
    ("bought", "refusal"),
    [
        pytest.param(_bought(chain=_bought().chain), ChainOfAnotherKey, id="another key's chain"),
        pytest.param(_bought(b"right", passphrase=b"wrong"), KeyUnusable, id="wrong passphrase"),
        pytest.param(_bought(b"right", passphrase=None), KeyUnusable, id="no passphrase"),
        pytest.param(_bought(key=b"no key"), KeyUnusable, id="no key"),
        pytest.param(_expired(), ChainExpired, id="expired"),
    ],
)
def test_a_bought_key_that_can_not_seal_is_refused(
    session: Session,
    administrator: Actor,
    institute: Institute,
    ring: KeyRing,
    made: list[SigningKey],
    bought: Bought,
    refusal: type[Exception],
) -> None:
    files = sorted(ring.folder.iterdir())

    with pytest.raises(refusal):
        service.rotate_key(
            session,
            administrator,
            purpose=KeyPurpose.SEAL,
            institute_id=institute.id,
            ring=ring,
            bought=bought,
        )

    assert sorted(ring.folder.iterdir()) == files
    assert (
        queries.key_in_use(session, KeyPurpose.SEAL, institute.id).kid
        == of(made, KeyPurpose.SEAL).kid
    )


# --- a device ------------------------------------------------------------------------------

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pkcs11]:
    """A token of SoftHSM; its library reads where that lies once in a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
    )
    (folder / "pin").write_text("1234\n")
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "nador",
            "--pin",
            "1234",
            "--so-pin",
            "4321",
        ],
        check=True,
        capture_output=True,
    )
    yield Pkcs11(SOFTHSM, "nador", folder / "pin")
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def test_keys_in_a_device_sign_and_never_leave_it(
    session: Session,
    administrator: Actor,
    institute: Institute,
    settings: Settings,
    token: Pkcs11,
) -> None:
    ring = KeyRing.of(replace(settings, pkcs11=token))
    made = service.make_first_keys(session, administrator, institute_id=institute.id, ring=ring)

    assert {key.purpose: key.storage for key in made} == {
        KeyPurpose.ROOT: KeyStorage.FILE,
        KeyPurpose.SEAL: KeyStorage.PKCS11,
        KeyPurpose.CREDENTIAL: KeyStorage.PKCS11,
        KeyPurpose.LOG: KeyStorage.PKCS11,
    }
    again = anew(ring)
    for key in made:
        signer = again.open(key.known)
        assert is_signed(signer.public, signer.sign(b"said"), b"said")
    sealing = again.open(of(made, KeyPurpose.SEAL).known)
    assert troubles(seal(_page(), sealing), sealing) == []
    assert {path.name.split("-")[0] for path in ring.folder.glob("*.pem")} == {"root"}


def test_a_device_without_the_key_says_so(
    made: list[SigningKey], settings: Settings, token: Pkcs11
) -> None:
    known = replace(of(made, KeyPurpose.SEAL).known, storage=KeyStorage.PKCS11)
    ring = KeyRing.of(settings)

    with pytest.raises(KeyUnusable, match="NADOR_PKCS11_MODULE"):
        ring.open(known)

    with pytest.raises(KeyUnusable, match="has no key"):
        KeyRing(ring.folder, ring.passphrase_file, Device(token)).open(known)
    lost = Device(replace(token, token="elsewhere"))
    with pytest.raises(KeyUnusable, match="elsewhere"):
        KeyRing(ring.folder, ring.passphrase_file, lost).open(known)
