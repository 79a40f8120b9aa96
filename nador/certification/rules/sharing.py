"""Addresses under which holders show a certificate elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Entry:
    """What a profile elsewhere says of a certificate."""

    title: str
    organisation: str
    issued_on: date
    expires_on: date | None
    code: str
    address: str
    """Of the public page."""


def linkedin_address(entry: Entry) -> str:
    """Give the address that opens LinkedIn's form for a certificate, filled in as far as it allows."""
    until = entry.expires_on
    said = {
        "startTask": "CERTIFICATION_NAME",
        "name": entry.title,
        "organizationName": entry.organisation,
        "issueYear": entry.issued_on.year,
        "issueMonth": entry.issued_on.month,
        **({"expirationYear": until.year, "expirationMonth": until.month} if until else {}),
        "certUrl": entry.address,
        "certId": entry.code,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(said, quote_via=quote)}"


def whatsapp_address(text: str) -> str:
    """Give the address that lets somebody choose whom to send a text to."""
    return f"https://wa.me/?{urlencode({'text': text}, quote_via=quote)}"


def mail_address(subject: str, text: str) -> str:
    """Give the address that opens a mail to nobody yet."""
    return f"mailto:?{urlencode({'subject': subject, 'body': text}, quote_via=quote)}"
