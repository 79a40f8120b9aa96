"""The demo centre: one institute, its accounts, and what happened there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from nador.accounts.models import Account, Institute, Person, RoleGrant
from nador.accounts.service import passwords
from nador.certification.models import Certificate
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from nador.kernel.access import NOBODY, Actor, Role
from nador.kernel.db import command
from nador.kernel.text import fold
from nador.settings import WrongSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

PASSWORD: Final = "Nador-demo-2026"  # noqa: S105 - known to everybody: only a demo has it
GUESTS: Final = (
    ("admin", "Amina El Idrissi", "أمينة الإدريسي", Role.ADMINISTRATOR),
    ("registrar", "Rachid Amrani", "رشيد عمراني", Role.REGISTRAR),
    ("certifier", "Karima Tahiri", "كريمة طاهري", Role.CERTIFIER),
    ("instructor", "Ilyas Benhaddou", "إلياس بنحدو", Role.INSTRUCTOR),
    ("instructor2", "Nadia Chouikh", "نادية شويخ", Role.INSTRUCTOR),
    ("learner", "Salma Bouziane", "سلمى بوزيان", Role.LEARNER),
    ("learner2", "Yassine Ouali", "ياسين والي", Role.LEARNER),
)
"""The name before @nador.example, the names in both scripts, the role."""
_EVERYWHERE: Final = (Role.ADMINISTRATOR, Role.REGISTRAR, Role.CERTIFIER)


def email(guest: str) -> str:
    """Return the address with which a guest signs in."""
    return f"{guest}@nador.example"


def load(session: Session, *, say: Callable[[str], object]) -> None:
    """Make the demo centre in an empty, migrated database; `say` tells how far it is."""
    say("Making the demo centre (once).")
    stored = passwords.hashed(PASSWORD)
    found(session, NOBODY, password_hash=stored)


def verification_code(session: Session) -> str | None:
    """Return the code of one certificate that was issued, if there is one."""
    return session.scalar(
        select(Certificate.code)
        .where(Certificate.status == CertificateStatus.ISSUED)
        .order_by(Certificate.id)
        .limit(1)
    )


@command
def found(session: Session, _actor: Actor, *, password_hash: str) -> int:
    """Make the institute and the accounts of the guests; return the institute's id."""
    if session.scalar(select(Institute.id).limit(1)) is not None:
        raise WrongSetting(
            "This database belongs to a real centre: "
            "point NADOR_INSTANCE at another folder for the demo centre."
        )
    now = clock.now()
    institute = Institute(
        name={
            "ar": "معهد الذكاء الاصطناعي بالناظور",
            "fr": "Institut de l’intelligence artificielle de Nador",
            "en": "Nador Institute of Artificial Intelligence",
            "zgh": "ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ",
        },
        city={"ar": "الناظور", "fr": "Nador", "en": "Nador"},
        authority={},
        signatory={"ar": "ذ. نجيب العزوزي", "fr": "Pr Najib Azzouzi"},
        signatory_title={"ar": "مدير المعهد", "fr": "Le directeur", "en": "Director"},
        prefix="NDR",
        prefix_folded="NDR",
        cndp_number="D-123/2026",
        is_demo=True,
        created_at=now,
    )
    session.add(institute)
    session.flush()
    for number, guest in enumerate(GUESTS, start=1):
        _welcome(session, number, guest, institute_id=institute.id, password_hash=password_hash)
    return institute.id


def _welcome(
    session: Session,
    number: int,
    guest: tuple[str, str, str, Role],
    *,
    institute_id: int,
    password_hash: str,
) -> None:
    name, latin, arabic, role = guest
    now = clock.now()
    person = Person(
        reference=f"D{number:04}",
        email=email(name),
        name_latin=latin,
        name_arabic=arabic,
        name_folded=fold(f"{latin} {arabic}"),
        locale="ar",
        names_confirmed_at=now,
        created_at=now,
    )
    session.add(person)
    session.flush()
    session.add(
        Account(
            person_id=person.id,
            password_hash=password_hash,
            email_confirmed_at=now,
            created_at=now,
        )
    )
    if role in _EVERYWHERE:
        session.add(
            RoleGrant(person_id=person.id, institute_id=institute_id, role=role, granted_at=now)
        )
