"""Rows for tests, made with sensible values; every maker commits through a command of its own.

`store(session, row)` writes any row; the makers below name only what a test cares about.
"""

from tests.factories.accounts import (
    PASSWORD,
    make_account,
    make_actor,
    make_institute,
    make_person,
    make_sign_in,
    make_token,
    sign_in,
)
from tests.factories.catalogue import make_course, make_meeting, make_programme, make_run
from tests.factories.certification import (
    make_certificate,
    make_status_list,
    make_template_version,
)
from tests.factories.enrolment import make_enrolment
from tests.factories.store import store

__all__ = [
    "PASSWORD",
    "make_account",
    "make_actor",
    "make_certificate",
    "make_course",
    "make_enrolment",
    "make_institute",
    "make_meeting",
    "make_person",
    "make_programme",
    "make_run",
    "make_sign_in",
    "make_status_list",
    "make_template_version",
    "make_token",
    "sign_in",
    "store",
]
