"""Certificates of nobody, for a template to be tried on: a usual one, and those hardest to set."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from nador.certification.facts import CertificateFacts, Issuer, Kind, Words

_LATIN = "Mohamed Ben Ali Ben Haddou Ben Mohand Ouchen El Bouyafari Al Ouriaghli Temsamani "
_ARABIC = "محمد بن علي بن حدو بن محند أوشن البويفراري الورياغلي التمسماني "
_LONG = 200


def usual(kind: Kind, issuer: Issuer, *, expires_on: date | None = None) -> CertificateFacts:
    """Say a plausible document of this kind, with long dates, many hours and the longest mention."""
    certificate = kind is Kind.CERTIFICAT
    return CertificateFacts(
        code="NDR-0000-0000-0000-0",
        number="NDR-2026-000000",
        kind=kind,
        holder_latin="Fatima-Zahra El Ouariachi",
        holder_arabic="فاطمة الزهراء الورياشي",
        title=Words(
            ar="مدخل إلى التعلم الآلي بلغة بايثون",
            fr="Introduction à l’apprentissage automatique avec Python",
            en="Introduction to machine learning with Python",
        ),
        hours=1000,
        starts_on=date(2025, 9, 28),
        ends_on=date(2026, 9, 30),
        issued_on=date(2026, 9, 30),
        expires_on=expires_on,
        issuer=issuer,
        verify_url="https://nador.example/v/NDR-0000-0000-0000-0",
        mention=Words(ar="حسن جدا", fr="Assez bien", en="Fairly good") if certificate else None,
    )


def hardest(like: CertificateFacts) -> Mapping[str, CertificateFacts]:
    """Say the same document for the names and titles that are hardest to set."""
    title = like.title
    return {
        "usual": like,
        "long": replace(
            like,
            holder_latin=(_LATIN * 3)[:_LONG].strip(),
            holder_arabic=(_ARABIC * 4)[:_LONG].strip(),
        ),
        "unbroken": replace(like, holder_latin="a" * _LONG, holder_arabic="ب" * _LONG),
        "arabic": replace(like, holder_latin=None),
        "latin": replace(like, holder_arabic=None),
        "vowelled": replace(like, holder_latin="Nguyễn Thị Ánh", holder_arabic="مُحَمَّدٌ بْنُ عَبْدِ ٱللَّٰهِ"),
        "title": replace(
            like,
            title=Words(
                ar=f"{title.ar} {title.ar} {title.ar} {title.ar}"[:_LONG],
                fr=f"{title.fr} {title.fr} {title.fr} {title.fr}"[:_LONG],
                en=f"{title.en} {title.en} {title.en} {title.en}"[:_LONG],
            ),
        ),
        "attestation": replace(like, kind=Kind.ATTESTATION, mention=None, ends_on=like.starts_on),
    }
