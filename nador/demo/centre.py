"""The demo centre: an institute, its staff with a password that everybody knows, and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.accounts import queries as accounts_queries
from nador.accounts import service as accounts
from nador.accounts.models import Account, Institute
from nador.accounts.service import passwords
from nador.catalogue import service as catalogue
from nador.catalogue.rules import read_catalogue
from nador.demo.history import Cast, History
from nador.demo.papers import DOMAIN
from nador.demo.people import crowd
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.errors import Conflict

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from nador.kernel.db import Words

PASSWORD: Final = "Nador-demo-2026"  # noqa: S105 - everybody may know it: a demo says so on every page
PREFIX: Final = "NDR"
CROWD: Final = 200
_FOUNDED: Final = timedelta(weeks=130)  # before today: earlier than the first run is announced
_CATALOGUE: Final = Path(__file__).with_name("catalogue.toml")

INSTITUTE: Final[dict[str, Words]] = {
    "name": {
        "ar": "معهد الذكاء الاصطناعي بالناظور",
        "fr": "Institut de l’intelligence artificielle de Nador",
        "en": "Nador Institute of Artificial Intelligence",
        "zgh": "ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ",
    },
    "city": {"ar": "الناظور", "fr": "Nador", "en": "Nador", "zgh": "ⵏⴰⴹⵓⵔ"},
    "authority": {
        "ar": "معهد تجريبي، لا يخضع لأي سلطة",
        "fr": "Institut de démonstration, sans autorité de tutelle",
        "en": "Demonstration institute, under no authority",
    },
    "signatory": {"ar": "ذ. نجيب العزوزي", "fr": "Pr Najib Azzouzi", "en": "Prof. Najib Azzouzi"},
    "signatory_title": {"ar": "مدير المعهد", "fr": "Directeur de l’institut", "en": "Director"},
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody with an account in the demo, by the name before @."""

    who: str
    name_latin: str
    name_arabic: str
    locale: str
    role: Role | None = None

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.who}@{DOMAIN}"

    @property
    def title(self) -> str:
        """What they are at the centre."""
        return self.role or self.who.rstrip("2")


ACCOUNTS: Final = (
    Known("admin", "Hind El Khattabi", "هند الخطابي", "fr", Role.ADMINISTRATOR),
    Known("registrar", "Noureddine Azzouzi", "نور الدين العزوزي", "fr", Role.REGISTRAR),
    Known("certifier", "Malika Bouziane", "مليكة بوزيان", "ar", Role.CERTIFIER),
    Known("instructor", "Mounir Temsamani", "منير التمسماني", "fr"),
    Known("instructor2", "Siham Abarkan", "سهام أبركان", "ar"),
    Known("learner", "Salma Ouchen", "سلمى أوشن", "ar"),
    Known("learner2", "Ilyas Benhaddou", "إلياس بنحدو", "fr"),
)


VISITOR: Final = Known("ming.li", "Li Ming 李明", "لي مينغ", "en")
"""Somebody whose name no font of ours has: their document waits for a person to decide."""


class NotADemo(Conflict):
    """The database belongs to a real centre."""

    code = "not_a_demo"


def load(session: Session, *, origin: str) -> bool:
    """Fill an empty database with the demo centre, all or nothing; False when it is there already.

    `origin` is the public address, which the certificates carry. Raises NotADemo.
    """
    if accounts_queries.is_demo(session):
        return False
    if session.scalar(select(Institute.id).limit(1)) is not None:
        raise NotADemo
    # Slow on purpose, so before the transaction.
    password_hash = passwords.hashed(PASSWORD)
    _load(session, NOBODY, origin=origin, password_hash=password_hash)
    return True


@command
def _load(session: Session, actor: Actor, *, origin: str, password_hash: str) -> None:
    with clock.set_back(clock.now() - _FOUNDED):
        cast = _found(session, actor, origin=origin, password_hash=password_hash)
    History(session, cast).play()


def _found(session: Session, actor: Actor, *, origin: str, password_hash: str) -> Cast:
    """Make the institute, its people and its catalogue, as on its first day."""
    first, *others = ACCOUNTS
    accounts.found_institute(
        session, actor, name=INSTITUTE["name"]["fr"], prefix=PREFIX, email=first.email, is_demo=True
    )
    admin = accounts_queries.actor_by_email(session, first.email)
    [institute_id] = {grant.institute_id for grant in admin.grants}
    accounts.edit_institute(
        session,
        admin,
        institute_id=institute_id,
        prefix=PREFIX,
        cndp_number="D-DEMO-35/2026",
        words=INSTITUTE,
    )
    accounts.edit_profile(
        session,
        admin,
        name_latin=first.name_latin,
        name_arabic=first.name_arabic,
        phone=None,
        locale=first.locale,
    )
    known = {first.who: admin.person_id or 0}
    known |= {one.who: _employ(session, admin, institute_id, one) for one in others}
    for person_id in known.values():
        _open_account(session, person_id, password_hash)
    known["visitor"] = _employ(session, admin, institute_id, VISITOR)
    registrar = accounts_queries.actor_by_email(session, f"registrar@{DOMAIN}")
    catalogue.import_catalogue(
        session,
        registrar,
        institute_id=institute_id,
        catalogue=read_catalogue(_CATALOGUE.read_text(encoding="utf-8")),
    )
    return Cast(
        institute_id=institute_id,
        registrar=registrar,
        certifier=accounts_queries.actor_by_email(session, f"certifier@{DOMAIN}"),
        known=known,
        crowd=_register(session, registrar),
        origin=origin,
    )


def _employ(session: Session, admin: Actor, institute_id: int, one: Known) -> int:
    person = accounts.create_person(
        session,
        admin,
        name_latin=one.name_latin,
        name_arabic=one.name_arabic,
        email=one.email,
        locale=one.locale,
    )
    if one.role is not None:
        accounts.grant_role(
            session, admin, person_id=person.id, institute_id=institute_id, role=one.role
        )
    return person.id


def _open_account(session: Session, person_id: int, password_hash: str) -> None:
    """Give a known password to an address that no mail reaches: no command of accounts would."""
    account = session.get(Account, person_id)
    if account is None:
        account = Account(person_id=person_id, created_at=clock.now())
        session.add(account)
    account.password_hash = password_hash
    account.email_confirmed_at = clock.now()


def _register(session: Session, registrar: Actor) -> list[int]:
    """Write the crowd into the register, and give its ids."""
    return [
        accounts.create_person(
            session,
            registrar,
            name_latin=one.name_latin,
            name_arabic=one.name_arabic,
            email=one.email,
            phone=one.phone,
            locale=one.locale,
            reference=one.reference,
        ).id
        for one in crowd(CROWD)
    ]
