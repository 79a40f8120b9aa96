"""Addresses by which a holder takes a certificate elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest

from nador.certification.rules import Entry, linkedin_address, mail_address, whatsapp_address

ENTRY = Entry(
    title="Données & “tableur” : 100 % utile",
    organisation="معهد الناظور",
    issued_on=date(2026, 11, 7),
    expires_on=None,
    code="NDR-7Q4M-2K9X-T3WV-8",
    address="https://certs.example.org/v/NDR-7Q4M-2K9X-T3WV-8",
)


def test_linkedin_is_told_what_the_certificate_says() -> None:
    address = urlsplit(linkedin_address(ENTRY))

    assert (address.scheme, address.netloc, address.path) == (
        "https",
        "www.linkedin.com",
        "/profile/add",
    )
    assert parse_qsl(address.query, strict_parsing=True) == [
        ("startTask", "CERTIFICATION_NAME"),
        ("name", "Données & “tableur” : 100 % utile"),
        ("organizationName", "معهد الناظور"),
        ("issueYear", "2026"),
        ("issueMonth", "11"),
        ("certUrl", "https://certs.example.org/v/NDR-7Q4M-2K9X-T3WV-8"),
        ("certId", "NDR-7Q4M-2K9X-T3WV-8"),
    ]


def test_linkedin_is_told_the_end_where_there_is_one() -> None:
    address = linkedin_address(replace(ENTRY, expires_on=date(2029, 1, 31)))

    assert "&expirationYear=2029&expirationMonth=1&certUrl=" in address


@pytest.mark.parametrize("text", ["a&b=c#d", "سطر\nثان", "1 + 1 = 2", '"><script>'])
def test_a_text_reaches_a_message_as_it_is(text: str) -> None:
    by_phone, by_mail = urlsplit(whatsapp_address(text)), urlsplit(mail_address(text, f"{text}."))

    assert (by_phone.scheme, by_phone.netloc, by_phone.path) == ("https", "wa.me", "/")
    assert parse_qsl(by_phone.query) == [("text", text)]
    assert (by_mail.scheme, by_mail.path) == ("mailto", "")
    assert parse_qsl(by_mail.query) == [("subject", text), ("body", f"{text}.")]
    assert "+" not in by_mail.query, "a mail program shows a plus as it is"
