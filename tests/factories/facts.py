"""Certificates that say what a test needs, and something plausible for the rest."""

from datetime import date
from typing import Any

from nador.certification.facts import (
    Assessed,
    CertificateFacts,
    FinalMark,
    InstituteNames,
    Issuer,
    Kind,
    Sentences,
    Signatory,
    Supplement,
    Words,
)

ISSUER = Issuer(
    names=InstituteNames(
        ar="معهد الذكاء الاصطناعي بالناظور",
        fr="Institut de l’intelligence artificielle de Nador",
        en="Nador Institute of Artificial Intelligence",
        zgh="ⴰⵙⵉⵏⴰⴳ ⵏ ⵏⴰⴹⵓⵔ",
    ),
    city=Words(ar="الناظور", fr="Nador", en="Nador"),
    signatory=Signatory(
        latin="Pr Najib Azzouzi",
        arabic="ذ. نجيب العزوزي",
        title=Words(ar="مدير المعهد", fr="Le directeur", en="The director"),
    ),
)


def _words(text: str) -> Words:
    return Words(ar="تقييم", fr=f"{text} fr", en=f"{text} en")


SUPPLEMENT = Supplement(
    about=(Words(ar="المستوى: الاكتشاف", fr="Niveau : Découverte", en="Level: Discovery"),),
    outcomes=Sentences(
        ar=("تدريب نموذج للتصنيف وتقييمه",),
        fr=("Entraîner un modèle de classification", "Respecter la loi 09-08"),
        en=("Train a classification model",),
    ),
    assessments=(
        Assessed(_words("Test"), _words("Quiz"), "40", "20", "15.50"),
        Assessed(_words("Case"), _words("Project"), "60", "20"),
    ),
    result=Words(ar="أكد النتيجة مسؤول.", fr="Un responsable a confirmé.", en="Confirmed."),
    final=FinalMark("14.72", "20"),
)


def make_facts(**said: Any) -> CertificateFacts:
    """Make facts of a certificate for Fatima-Zahra El Ouariachi, but for what is said."""
    plausible: dict[str, Any] = {
        "code": "NDR-7Q4M-2K9X-T3WV-8",
        "number": "NDR-2026-000123",
        "kind": Kind.CERTIFICAT,
        "holder_latin": "Fatima-Zahra El Ouariachi",
        "holder_arabic": "فاطمة الزهراء الورياشي",
        "title": Words(
            ar="مدخل إلى التعلم الآلي بلغة بايثون",
            fr="Introduction à l’apprentissage automatique avec Python",
            en="Introduction to machine learning with Python",
        ),
        "hours": 40,
        "starts_on": date(2026, 10, 5),
        "ends_on": date(2026, 11, 20),
        "mention": Words(ar="حسن جدا", fr="Très bien", en="Very good"),
        "issued_on": date(2026, 11, 27),
        "issuer": ISSUER,
        "verify_url": "https://certs.example.org/v/NDR-7Q4M-2K9X-T3WV-8",
    }
    return CertificateFacts(**{**plausible, **said})
