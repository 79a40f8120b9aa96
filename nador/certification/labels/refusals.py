"""What to say when something in certification is refused."""

from __future__ import annotations

from typing import Final

from nador.kernel.i18n import msgid

ERRORS: Final = {
    "nobody_named": msgid("A certificate needs the holder's name in Latin or in Arabic letters."),
    "unprintable": msgid(
        "“%(text)s” cannot be printed because of the character %(character)s (%(name)s)."
    ),
    "supplement_too_long": msgid(
        "The course says more than the supplement's page has room for: shorten its outcomes or skills."
    ),
    "institute_not_ready": msgid(
        "Nothing can be issued yet: an administrator must complete the institute's page."
    ),
    "nothing_to_issue": msgid(
        "There is nobody to issue for: conclude the run first, and confirm the names."
    ),
    "programme_not_published": msgid(
        "This programme is not published, so nothing can be issued for it."
    ),
    "names_not_confirmed": msgid("The names have not been confirmed in both scripts."),
    "certificate_not_in_force": msgid(
        "Nothing can be changed about this certificate: it is not issued yet, revoked or replaced."
    ),
    "certificate_expired": msgid(
        "This certificate has expired: renew it first, then correct the new one."
    ),
    "certificate_never_expires": msgid(
        "This certificate never expires: there is nothing to renew."
    ),
    "parts_missing": msgid(
        "The certificates that this one rests on must be in force: renew them first."
    ),
    "why_missing": msgid("Write the reason."),
    "names_unchanged": msgid("The certificate has these names already: change at least one."),
    "already_proposed": msgid(
        "Another decision about the same waits for a second person: it must be settled first."
    ),
    "proposal_settled": msgid("This has been settled already."),
    "second_person_needed": msgid("The institute lets nobody decide this alone: propose it."),
    "same_person": msgid("Who proposed does not confirm: another certifier must."),
    "correction_requested": msgid(
        "A correction of this certificate has been asked for: it must be answered first."
    ),
    "request_settled": msgid("This request has been answered already."),
    "certificate_not_in_doubt": msgid(
        "Nothing speaks against this certificate: there is nothing to decide."
    ),
    "reason_missing": msgid("Write a reason: one for the file, and one that the public may read."),
    "nothing_to_print": msgid("No certificate of this run has been issued yet."),
    "not_drawn": msgid("The document could not be drawn. Try again; if it fails again, report it."),
    "template_version_kept": msgid(
        "This version was in use, so it does not change any more: make a copy of it."
    ),
    "template_version_not_changed": msgid("This version is in that state already."),
    "template_draft_changed": msgid(
        "Somebody else saved this draft meanwhile. Nothing is lost: both are below. Saving again keeps yours."
    ),
    "template_draft_there": msgid(
        "There is already a draft: edit it, or archive it before you copy another version."
    ),
    "template_flawed": msgid(
        "The template has a text that cannot be printed: open it to see which."
    ),
    "bad_picture": msgid("This picture cannot be used."),
    "key_missing": msgid("There is no key for this yet (%(purpose)s): run `nador init` again."),
    "key_not_changed": msgid("This key has already been retired."),
    "chain_unreadable": msgid("This file holds no certificates in PEM format."),
    "chain_of_another_key": msgid("The certificate of “%(name)s” is for another key."),
    "chain_disordered": msgid(
        "The certificates are in the wrong order: the key's own first, then each one's issuer, the root last."
    ),
    "chain_without_root": msgid("Nothing in the file vouches for “%(name)s”: add its issuer."),
    "chain_expired": msgid(
        "The certificate of “%(name)s” is valid from %(starts_at)s to %(expires_at)s only."
    ),
    "chain_unfit": msgid("The certificate of “%(name)s” is not made for sealing documents."),
}
