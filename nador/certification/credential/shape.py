"""What a certificate says, as an Open Badges 3.0 credential.

https://www.imsglobal.org/spec/ob/v3p0
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from nador.certification.credential import contexts
from nador.certification.facts import Kind
from nador.kernel import clock
from nador.kernel.clock import instant
from nador.kernel.i18n import translator

if TYPE_CHECKING:
    from nador.certification.facts import CertificateFacts, InstituteNames, Skill, Words

_WRITTEN = frozenset({"ar", "fr", "en"})
_DEFAULT_LANGUAGE = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What makes one credential of a certificate's facts.

    ``origin`` is where the credential is served, ``issuer`` a did:web. ``uuid`` names the
    credential, ``subject`` its holder, in this credential only. Of their address only
    ``email_hash`` is said, with its ``salt``: who knows the address can compare it, and nobody
    can read it.
    """

    uuid: str
    subject: str
    origin: str
    issuer: str
    issued_at: datetime
    status_list: int
    status_index: int
    email_hash: str | None = None
    salt: str = ""
    image: str | None = None
    """Address of a picture of the certificate."""


def credential(facts: CertificateFacts, issue: Issue) -> dict[str, Any]:
    """Write the credential of a certificate, without its proof."""
    name = _said(facts.title, facts)
    until = {"validUntil": instant(_last_moment(facts.expires_on))} if facts.expires_on else {}
    return {
        "@context": [contexts.CREDENTIALS, contexts.OPEN_BADGES],
        "id": f"{issue.origin}/credentials/{issue.uuid}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": {
            "id": issue.issuer,
            "type": ["Profile"],
            "name": _said(facts.issuer.names, facts),
            "url": issue.origin,
        },
        "validFrom": instant(issue.issued_at),
        **until,
        **({"image": {"id": issue.image, "type": "Image"}} if issue.image else {}),
        "credentialSubject": _subject(facts, issue, name=name),
        "credentialStatus": _status(issue),
    }


def status_list_url(origin: str, number: int) -> str:
    """Tell where a status list is served."""
    return f"{origin}/credentials/status/{number}"


def email_hash(email: str, *, salt: str) -> str:
    """Hash an address so that only who knows it recognises it."""
    return "sha256$" + sha256((email.lower() + salt).encode()).hexdigest()


def _subject(facts: CertificateFacts, issue: Issue, *, name: str) -> dict[str, Any]:
    achievement = _achievement(facts, issue, name=name)
    result = [
        {
            "type": ["Result"],
            "resultDescription": description["id"],
            "value": _said(facts.mention, facts),
        }
        for description in achievement.get("resultDescription", ())
        if facts.mention
    ]
    return {
        "id": f"urn:uuid:{issue.subject}",
        "type": ["AchievementSubject"],
        "licenseNumber": facts.code,
        "activityStartDate": instant(_first_moment(facts.starts_on)),
        "activityEndDate": instant(_last_moment(facts.ends_on)),
        "identifier": _identities(facts, issue),
        "achievement": achievement,
        **({"result": result} if result else {}),
    }


def _identities(facts: CertificateFacts, issue: Issue) -> list[dict[str, Any]]:
    """Say who the holder is: the names as printed, the address as a hash."""
    # One name in both scripts is one name: two equal ones would only be one statement.
    names = dict.fromkeys(name for name in (facts.holder_latin, facts.holder_arabic) if name)
    said: list[dict[str, Any]] = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": name,
            "identityType": "name",
        }
        for name in names
    ]
    if issue.email_hash:
        said.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": issue.email_hash,
                "identityType": "emailAddress",
                "salt": issue.salt,
            }
        )
    return said


def _achievement(facts: CertificateFacts, issue: Issue, *, name: str) -> dict[str, Any]:
    words = translator(_language(facts))
    where = _address(facts, issue)
    said: dict[str, Any] = {
        "id": where,
        "type": ["Achievement"],
        "achievementType": (
            "Certificate" if facts.kind is Kind.CERTIFICAT else "CertificateOfCompletion"
        ),
        "name": name,
        "description": f"{name} ({words.hours(facts.hours)})",
        "criteria": {"narrative": _criteria(facts)},
        "inLanguage": facts.language or _DEFAULT_LANGUAGE,
    }
    if facts.courses:
        said["related"] = [
            {"type": ["Related"], "id": f"{issue.origin}/courses/{course}"}
            for course in facts.courses
        ]
    if alignment := [_alignment(skill, facts) for skill in facts.skills if skill.esco]:
        said["alignment"] = alignment
    if facts.mention:
        said["resultDescription"] = [
            {
                "id": f"{where}{'-' if '#' in where else '#'}mention",
                "type": ["ResultDescription"],
                "name": words.gettext("Mention"),
                "resultType": "Result",
            }
        ]
    return said


def _address(facts: CertificateFacts, issue: Issue) -> str:
    """Tell where what was achieved is described: the same address for all who achieved it."""
    if facts.programme:
        return f"{issue.origin}/programmes/{facts.programme}"
    if facts.course:
        return f"{issue.origin}/courses/{facts.course}"
    return f"{issue.origin}/credentials/{issue.uuid}#achievement"


def _alignment(skill: Skill, facts: CertificateFacts) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetName": _said(skill.name, facts),
        "targetUrl": skill.esco,
        "targetFramework": "ESCO",
        "targetType": "ceasn:Competency",
    }


def _status(issue: Issue) -> dict[str, str]:
    where = status_list_url(issue.origin, issue.status_list)
    return {
        "id": f"{where}#{issue.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(issue.status_index),
        "statusListCredential": where,
    }


def _language(facts: CertificateFacts) -> str:
    """A credential's texts have one language each: that of the course, where we write it."""
    return facts.language if facts.language in _WRITTEN else _DEFAULT_LANGUAGE


def _said(words: Words | InstituteNames, facts: CertificateFacts) -> str:
    text: str = getattr(words, _language(facts))
    return text


def _criteria(facts: CertificateFacts) -> str:
    if facts.criteria:
        return _said(facts.criteria, facts)
    words = translator(_language(facts))
    if facts.kind is Kind.CERTIFICAT:
        return words.gettext("Earned by following the course and passing its assessments.")
    return words.gettext("Earned by attending the course.")


def _first_moment(day: date) -> datetime:
    return clock.on_the_wall(datetime.combine(day, time.min))


def _last_moment(day: date) -> datetime:
    return clock.on_the_wall(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(
        seconds=1
    )
