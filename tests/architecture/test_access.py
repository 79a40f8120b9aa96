"""Every route × every role × own and other, against one table.

A row reads: nobody, then learner, instructor, registrar, certifier, auditor, administrator, each
`own` and `other` (what that means stands in world.py). y: let in, whatever happens then;
s: asked to sign in; f: seen but forbidden (403); n: there is no such thing (404).
A form's rule is asked for only with a form that could be right: give it as `form` (or `json`);
values that start with "$" are ids of the world.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from nador.app import create_app
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.settings import Settings
from nador.web.security import limiter
from tests.architecture.world import COLUMNS, DOCUMENT, World, build
from tests.conftest import COMPILED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse
    from werkzeug.wrappers import Response


@dataclass(frozen=True)
class Row:
    """One route with who may enter."""

    method: str
    rule: str
    who: str
    form: dict[str, Any] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    where: dict[str, str] = field(default_factory=dict)
    """Arguments of the URL that are not the world's usual ones: name → another id's name."""


PUBLIC = "y yy yy yy yy yy yy"
SIGNED_IN = "s yy yy yy yy yy yy"
STAFF = "yy yy yy yy yy"
SEE_GRADES = "s nn yn yn yn yn yn"
GRADE = "s nn yn fn fn fn yn"
RELEASE = "s nn yn yn fn fn yn"
CONCLUDE = "s nn fn yn fn fn yn"
OWN = "s yn nn nn nn nn nn"
SEE_BANKS = "s nn yy yn yn yn yn"
MANAGE_BANKS = "s nn yy fn fn fn yn"
STAFF_ANYWHERE = "s nn yy yy yy yy yy"
MANAGES_RUN = "s nn fn yn fn fn yn"
SEE_CERTIFICATES = "s nn nn yn yn yn nn"
CERTIFY = "s nn nn fn yn fn nn"
SEE_TEMPLATES = "s nn nn nn yn yn yn"
EDIT_TEMPLATES = "s nn nn nn yn fn fn"
HAVE_FILE = "s yn nn fn yn fn nn"
OWN = "s yn nn nn nn nn nn"
ASKED = {"assessment_id": "asked_id"}
ORAL = {"assessment_id": "oral_id"}
PROGRAMME = {"code": "programme_code"}
ISSUED = {"code": "certificate_code"}
TEMPLATE = {"languages": "fr", "frame": "", "accent": ""}
REASON = {"reason": "the key was wrong"}
WHY = {"reason": "not on the card"}
MARKED = {"assessment_id": "marked_id"}
RELEASED = {"assessment_id": "released_id"}
NAMES = {"name_latin": "Selma", "name_arabic": "", "reason": "one letter"}
REASONS = {"reason": "copied", "public_reason": "Issued in error"}

TABLE = [
    Row("GET", "/static/<path:filename>", PUBLIC),
    Row("GET", "/healthz", PUBLIC),
    Row("GET", "/readyz", PUBLIC),
    Row("GET", "/metrics", PUBLIC),
    Row("GET", "/trust/root.pem", PUBLIC),
    Row("GET", "/log/checkpoint", PUBLIC),
    Row("GET", "/log/keys", PUBLIC),
    Row("GET", "/log/tile/<path:place>", PUBLIC),
    Row("GET", "/.well-known/did.json", PUBLIC),
    Row("GET", "/credentials/<uuid:name>", PUBLIC),
    Row("GET", "/credentials/<uuid:name>.jwt", PUBLIC),
    Row("GET", "/credentials/status/<int:number>", PUBLIC),
    Row("GET", "/.well-known/jwks.json", PUBLIC),
    Row("GET", "/institutes/<prefix>/did.json", PUBLIC),
    Row("GET", "/institutes/<prefix>/jwks.json", PUBLIC),
    Row("GET", "/sign-in", PUBLIC),
    Row("POST", "/sign-in", PUBLIC),
    Row("POST", "/sign-out", PUBLIC),
    Row("GET", "/", PUBLIC),
    Row("GET", "/courses", PUBLIC),
    Row("GET", "/courses/<code>", PUBLIC),
    Row("GET", "/courses/<code>/enrol", PUBLIC),
    Row("GET", "/runs/<int:run_id>", PUBLIC),
    Row("GET", "/runs/<int:run_id>/calendar.ics", PUBLIC),
    Row("GET", "/verify", PUBLIC),
    Row("GET", "/verify/list", PUBLIC),
    Row("POST", "/verify/list", PUBLIC, form={"codes": "NDR"}),
    Row("GET", "/verify/file", PUBLIC),
    Row("POST", "/verify/file", PUBLIC),
    Row("POST", "/verify/list/receipt", PUBLIC, form={"codes": "NDR"}),
    Row("GET", "/verify/receipts/<token>", PUBLIC, where={"token": "receipt_token"}),
    Row("GET", "/verify/receipts/<token>/receipt.pdf", PUBLIC, where={"token": "receipt_token"}),
    Row("GET", "/v/<code>/receipt.pdf", PUBLIC, where={"code": "certificate_code"}),
    Row("POST", "/v/<code>/receipt.pdf", PUBLIC, where={"code": "certificate_code"}),
    Row("GET", "/v/<path:code>", PUBLIC, where={"code": "certificate_code"}),
    Row("GET", "/api/v1/certificates/<code>", PUBLIC, where={"code": "certificate_code"}),
    Row("POST", "/api/v1/verifications", PUBLIC, json={"items": [{"code": "NDR"}]}),
    Row("GET", "/sign-up", PUBLIC),
    Row("POST", "/sign-up", PUBLIC),
    Row("GET", "/mail-sent", PUBLIC),
    Row("GET", "/confirm/<secret>", PUBLIC, where={"secret": "confirm_secret"}),
    Row("POST", "/confirm/<secret>", PUBLIC, where={"secret": "confirm_secret"}),
    Row("GET", "/reset", PUBLIC),
    Row("POST", "/reset", PUBLIC),
    Row("GET", "/reset/<secret>", PUBLIC, where={"secret": "reset_secret"}),
    Row("POST", "/reset/<secret>", PUBLIC, where={"secret": "reset_secret"}),
    Row("GET", "/sign-in/code", PUBLIC),
    Row("POST", "/sign-in/code", PUBLIC),
    Row("GET", "/sign-in/link/<secret>", PUBLIC, where={"secret": "link_secret"}),
    Row("POST", "/sign-in/link/<secret>", PUBLIC, where={"secret": "link_secret"}),
    Row("GET", "/me/profile", SIGNED_IN),
    Row("POST", "/me/profile", SIGNED_IN),
    Row("GET", "/me/password", SIGNED_IN),
    Row("POST", "/me/password", SIGNED_IN),
    Row("GET", "/me/email", SIGNED_IN),
    Row("POST", "/me/email", SIGNED_IN),
    Row("POST", "/me/sessions/end", SIGNED_IN),
    Row("POST", "/me/sessions/<int:sign_in_id>/end", "s yn nn nn nn nn nn"),
    Row("POST", "/me/tokens", SIGNED_IN),
    # An administrator ends anybody's token.
    Row("POST", "/me/tokens/<int:token_id>/revoke", "s yn nn nn nn nn yy"),
    Row("GET", "/manage/people", "s nn nn yy nn yy yy"),
    Row("GET", "/manage/people/new", "s nn nn yy nn nn yy"),
    Row(
        "POST",
        "/manage/people/new",
        "s nn nn yy nn nn yy",
        form={"name_latin": "Amina", "locale": "fr"},
    ),
    Row("GET", "/manage/people/<int:person_id>", "s nn nn yy nn yy yy"),
    Row("GET", "/manage/people/<int:person_id>/edit", "s nn nn yy nn nn yy"),
    Row(
        "POST",
        "/manage/people/<int:person_id>/edit",
        "s nn nn yy nn nn yy",
        form={"name_latin": "Amina", "locale": "fr", "email": "$person_email"},
    ),
    Row("POST", "/manage/people/<int:person_id>/names", "s nn nn yy yy nn yy"),
    # One's own names, an administrator's: nobody decides in their own case.
    Row(
        "POST",
        "/manage/people/<int:person_id>/names",
        "s nn nn yy yy nn fy",
        where={"person_id": "administrator_id"},
    ),
    Row(
        "POST",
        "/manage/people/<int:person_id>/code",
        "s nn nn yy nn nn yy",
        where={"person_id": "guest_id"},
    ),
    # A sheet is there only right after its code was made.
    Row("GET", "/manage/people/<int:person_id>/code", "s nn nn nn nn nn nn"),
    Row(
        "POST",
        "/manage/people/<int:person_id>/roles",
        "s nn nn nn nn nn yn",
        form={"role": "certifier", "institute_id": "$institute_id"},
    ),
    Row(
        "POST",
        "/manage/people/<int:person_id>/roles",
        "s nn nn nn nn nn fn",
        form={"role": "certifier", "institute_id": "$institute_id"},
        where={"person_id": "administrator_id"},
    ),
    Row(
        "POST",
        "/manage/people/<int:person_id>/roles/<int:grant_id>/end",
        "s nn nn nn nn nn yn",
        where={"person_id": "registrar_id"},
    ),
    Row("GET", "/manage/people/<int:person_id>/mentions", "s nn nn nn nn nn yy"),
    Row("GET", "/manage/people/<int:person_id>/erase", "s nn nn nn nn nn yy"),
    # Something of the learner's is under way, but an administrator is let in.
    Row("POST", "/manage/people/<int:person_id>/erase", "s nn nn nn nn nn yy"),
    Row(
        "POST",
        "/manage/people/<int:person_id>/erase",
        "s nn nn nn nn nn fy",
        where={"person_id": "administrator_id"},
    ),
    Row("GET", "/teach/banks", STAFF_ANYWHERE),
    Row(
        "POST",
        "/teach/banks",
        "s nn yy yy yy yy yy",
        form={"name": "Maths", "language": "fr", "institute_id": "$institute_id"},
    ),
    Row("GET", "/teach/banks/<int:bank_id>", SEE_BANKS),
    Row("POST", "/teach/banks/<int:bank_id>/categories", MANAGE_BANKS),
    Row("GET", "/teach/banks/<int:bank_id>/questions/new/<kind>", MANAGE_BANKS),
    Row("POST", "/teach/banks/<int:bank_id>/questions/new/<kind>", MANAGE_BANKS),
    Row("GET", "/teach/banks/<int:bank_id>/import", MANAGE_BANKS),
    Row("POST", "/teach/banks/<int:bank_id>/import", MANAGE_BANKS),
    Row("GET", "/teach/banks/<int:bank_id>/export", SEE_BANKS),
    Row("GET", "/teach/banks/<int:bank_id>/export/<form>", SEE_BANKS),
    Row("GET", "/teach/banks/<int:bank_id>/files/<sha256>", SEE_BANKS),
    Row("GET", "/teach/questions/<int:question_id>", SEE_BANKS),
    Row("POST", "/teach/questions/<int:question_id>", SEE_BANKS),
    Row("GET", "/teach/questions/<int:question_id>/edit", MANAGE_BANKS),
    Row("POST", "/teach/questions/<int:question_id>/edit", MANAGE_BANKS),
    Row("POST", "/teach/questions/<int:question_id>/place", MANAGE_BANKS),
    Row("POST", "/teach/questions/<int:question_id>/state", MANAGE_BANKS, form={"state": "ready"}),
    Row("GET", "/teach/questions/<int:question_id>/delete", MANAGE_BANKS),
    Row("POST", "/teach/questions/<int:question_id>/delete", MANAGE_BANKS),
    Row("GET", "/privacy", PUBLIC),
    Row("GET", "/manage", STAFF_ANYWHERE),
    Row("GET", "/manage/institute", "s nn nn nn nn nn yy"),
    Row("POST", "/manage/institute", "s nn nn nn nn nn yy"),
    Row("GET", "/manage/audit", "s nn nn nn nn yy yy"),
    Row("GET", "/manage/messages", "s nn nn nn nn nn yy"),
    Row("GET", "/manage/messages/<int:message_id>", "s nn nn nn nn nn yy"),
    Row("GET", "/manage/work", "s nn nn nn nn nn yy"),
    Row("POST", "/manage/work", "s nn nn nn nn nn yy", form={"work": "mail", "item_id": "1"}),
    Row("GET", "/teach", f"s nn {STAFF}"),
    Row("GET", "/me/quizzes/<int:assessment_id>", OWN),
    Row("POST", "/me/quizzes/<int:assessment_id>", OWN),
    Row("GET", "/me/attempts/<int:attempt_id>", OWN),
    Row("POST", "/me/attempts/<int:attempt_id>", OWN),
    Row("POST", "/me/attempts/<int:attempt_id>/answers/<int:position>", OWN),
    Row("GET", "/me/attempts/<int:attempt_id>/hand-in", OWN),
    Row("POST", "/me/attempts/<int:attempt_id>/hand-in", OWN),
    Row("GET", "/me/attempts/<int:attempt_id>/images/<sha256>", OWN),
    Row("GET", "/me/attempts/<int:attempt_id>/files/<sha256>", OWN),
    Row("GET", "/teach/quizzes/<int:assessment_id>", SEE_GRADES),
    Row("POST", "/teach/quizzes/<int:assessment_id>", GRADE),
    Row("POST", "/teach/quizzes/<int:assessment_id>/questions", GRADE),
    Row("POST", "/teach/quizzes/<int:assessment_id>/draws", GRADE),
    Row("POST", "/teach/quizzes/<int:assessment_id>/slots/<int:slot_id>", GRADE),
    Row("POST", "/teach/quizzes/<int:assessment_id>/state", GRADE),
    Row("GET", "/teach/quizzes/<int:assessment_id>/preview", SEE_GRADES),
    Row("GET", "/teach/quizzes/<int:assessment_id>/attempts", SEE_GRADES),
    Row("GET", "/teach/quizzes/<int:assessment_id>/statistics", SEE_GRADES),
    Row("GET", "/teach/quizzes/<int:assessment_id>/regrade", GRADE),
    Row("POST", "/teach/quizzes/<int:assessment_id>/regrade", GRADE, form=REASON),
    Row("GET", "/teach/attempts/<int:attempt_id>", SEE_GRADES),
    Row("POST", "/teach/attempts/<int:attempt_id>", GRADE),
    Row("POST", "/teach/attempts/<int:attempt_id>/void", GRADE, form=REASON),
    Row("GET", "/teach/attempts/<int:attempt_id>/files/<sha256>", SEE_GRADES),
    Row("POST", "/teach/asides/<int:aside_id>/accept", GRADE),
    Row("GET", "/teach/images/<sha256>", SEE_BANKS),
    Row("GET", "/teach/runs/<int:run_id>/assessments", SEE_GRADES),
    Row("POST", "/teach/runs/<int:run_id>/rubrics", GRADE),
    Row("GET", "/teach/runs/<int:run_id>/groups", SEE_GRADES),
    Row("POST", "/teach/runs/<int:run_id>/groups", RELEASE, form={"name": "Evening"}),
    Row("GET", "/teach/groups/<int:group_id>", RELEASE),
    Row("POST", "/teach/groups/<int:group_id>", RELEASE, form={"name": "Morning"}),
    Row("POST", "/teach/groups/<int:group_id>/delete", RELEASE),
    Row("GET", "/teach/runs/<int:run_id>/accommodations", SEE_GRADES),
    Row(
        "POST",
        "/teach/runs/<int:run_id>/accommodations",
        RELEASE,
        form={"whom": "$whom", "extra_time": "25", "reason": "low sight"},
    ),
    Row("POST", "/teach/accommodations/<int:accommodation_id>/end", RELEASE),
    Row("GET", "/teach/runs/<int:run_id>/gradebook", SEE_GRADES),
    Row("POST", "/teach/runs/<int:run_id>/gradebook", GRADE),
    Row("GET", "/teach/runs/<int:run_id>/gradebook.csv", SEE_GRADES),
    Row(
        "POST",
        "/teach/runs/<int:run_id>/grades/<int:assessment_id>/<int:enrolment_id>",
        GRADE,
        form={"value": "12"},
    ),
    Row("GET", "/teach/runs/<int:run_id>/statistics", SEE_GRADES),
    Row("GET", "/teach/runs/<int:run_id>/gradebook/import", GRADE),
    Row("POST", "/teach/runs/<int:run_id>/gradebook/import", GRADE),
    Row("GET", "/me/results/<reference>/appeal", "s yn nn nn nn nn nn"),
    Row(
        "POST",
        "/me/results/<reference>/appeal",
        "s yn nn nn nn nn nn",
        form={"reason": "read it again"},
    ),
    Row("GET", "/teach/meetings/<int:meeting_id>/check-in", "s nn yn yn nn fn yn"),
    Row(
        "POST",
        "/teach/meetings/<int:meeting_id>/check-in/open",
        "s nn yn yn nn fn yn",
        form={"late_after": "5"},
    ),
    Row("POST", "/teach/meetings/<int:meeting_id>/check-in/close", "s nn yn yn nn fn yn"),
    Row("GET", "/check-in/<int:meeting_id>/<int:step>/<code>", OWN),
    Row("POST", "/check-in/<int:meeting_id>/<int:step>/<code>", OWN),
    Row("GET", "/me/slots/<int:assessment_id>", OWN, where=ORAL),
    Row("POST", "/me/slots/<int:assessment_id>", OWN, form={"slot": "$time_id"}, where=ORAL),
    Row("POST", "/me/slots/<int:assessment_id>/give-back", OWN, where=ORAL),
    # Nobody has booked yet: there is no time for a calendar.
    Row("GET", "/me/slots/<int:assessment_id>/calendar.ics", "s nn nn nn nn nn nn", where=ORAL),
    Row("GET", "/teach/assessments/<int:assessment_id>/slots", SEE_GRADES, where=ORAL),
    Row("POST", "/teach/assessments/<int:assessment_id>/slots", GRADE, where=ORAL),
    Row("GET", "/teach/slots/<int:slot_id>/book", GRADE, where={"slot_id": "time_id"}),
    Row("POST", "/teach/slots/<int:slot_id>/book", GRADE, where={"slot_id": "time_id"}),
    Row("POST", "/teach/slots/<int:slot_id>/cancel", GRADE, where={"slot_id": "time_id"}),
    Row(
        "GET",
        "/teach/assessments/<int:assessment_id>/slots/<int:person_id>.pdf",
        SEE_GRADES,
        where=ORAL | {"person_id": "instructor_id"},
    ),
    Row("GET", "/me/assignments/<int:assessment_id>", OWN, where=ASKED),
    Row("POST", "/me/assignments/<int:assessment_id>", OWN, form={"text": "x"}, where=ASKED),
    Row("PUT", "/me/assignments/<int:assessment_id>/text", OWN, form={"text": "x"}, where=ASKED),
    Row("POST", "/me/assignments/<int:assessment_id>/begin", OWN, where=ASKED),
    Row("POST", "/me/assignments/<int:assessment_id>/uploads", OWN, where=ASKED),
    Row("POST", "/me/attempts/<int:attempt_id>/answers/<int:position>/uploads", OWN),
    Row("GET", "/me/uploads/<name_on_disk>", OWN),
    Row("PATCH", "/me/uploads/<name_on_disk>", OWN),
    Row("GET", "/me/submissions/<int:submission_id>", OWN),
    Row("GET", "/me/submissions/<int:submission_id>/receipt.txt", OWN),
    Row("GET", "/me/submissions/files/<int:file_id>", OWN),
    Row("GET", "/me/assignments/<int:assessment_id>/hand-in", OWN, where=ASKED),
    Row(
        "POST",
        "/me/assignments/<int:assessment_id>/hand-in",
        OWN,
        form={"submission_id": "$submission_id"},
        where=ASKED,
    ),
    Row("GET", "/teach/assessments/<int:assessment_id>/assignment", GRADE, where=ASKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/assignment", GRADE, where=ASKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/submissions", SEE_GRADES, where=ASKED),
    Row("GET", "/teach/submissions/<int:submission_id>", SEE_GRADES),
    Row("POST", "/teach/submissions/<int:submission_id>", GRADE, form={"feedback": "well done"}),
    Row("GET", "/teach/submissions/files/<int:file_id>", SEE_GRADES),
    Row("GET", "/teach/marking", STAFF_ANYWHERE),
    Row("GET", "/teach/comments", STAFF_ANYWHERE),
    Row(
        "POST",
        "/teach/comments",
        MANAGE_BANKS,
        form={"text": "Well.", "institute_id": "$institute_id"},
    ),
    Row("GET", "/teach/comments/<int:comment_id>", MANAGE_BANKS),
    Row(
        "POST",
        "/teach/comments/<int:comment_id>",
        MANAGE_BANKS,
        form={"text": "Well.", "institute_id": "$institute_id"},
    ),
    Row("POST", "/teach/comments/<int:comment_id>/drop", MANAGE_BANKS),
    Row("GET", "/teach/assessments/<int:assessment_id>/marking", SEE_GRADES, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/rubric", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/rubric", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/plan", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/plan", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/markers", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/markers", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/markers/share", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/reveal", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/works/<sign>", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/works/<sign>", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/works/<sign>/draft", GRADE, where=MARKED),
    Row(
        "GET",
        "/teach/assessments/<int:assessment_id>/works/<sign>/files/<int:file_id>",
        GRADE,
        where=MARKED | {"file_id": "work_file_id"},
    ),
    Row(
        "POST", "/teach/assessments/<int:assessment_id>/works/<sign>/feedback", GRADE, where=MARKED
    ),
    Row(
        "GET",
        "/teach/assessments/<int:assessment_id>/works/<sign>/feedback/<int:file_id>",
        GRADE,
        where=MARKED | {"file_id": "feedback_file_id"},
    ),
    Row(
        "POST",
        "/teach/assessments/<int:assessment_id>/works/<sign>/feedback/<int:file_id>/drop",
        GRADE,
        where=MARKED | {"file_id": "feedback_file_id"},
    ),
    Row("GET", "/teach/assessments/<int:assessment_id>/worksheet.csv", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/worksheet", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/worksheet", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/entry", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/entry", GRADE, where=MARKED),
    Row("GET", "/teach/assessments/<int:assessment_id>/feedback", GRADE, where=MARKED),
    Row("POST", "/teach/assessments/<int:assessment_id>/feedback", GRADE, where=MARKED),
    Row(
        "GET",
        "/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>",
        "s nn nn fn fn fn nn",
        where=MARKED | {"upload_id": "package_id"},
    ),
    Row(
        "POST",
        "/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>/drop",
        "s nn nn fn fn fn nn",
        where=MARKED | {"upload_id": "package_id"},
    ),
    Row(
        "POST",
        "/teach/assessments/<int:assessment_id>/feedback/<int:upload_id>",
        "s nn nn fn fn fn nn",
        where=MARKED | {"upload_id": "package_id"},
    ),
    Row("GET", "/me/results/<reference>/feedback/<int:assessment_id>", OWN, where=RELEASED),
    Row(
        "GET",
        "/me/results/<reference>/feedback/<int:assessment_id>/files/<int:file_id>",
        OWN,
        where=RELEASED | {"file_id": "released_file_id"},
    ),
    Row("GET", "/teach/appeals", STAFF_ANYWHERE),
    Row("GET", "/teach/appeals/<int:appeal_id>", SEE_GRADES),
    Row(
        "POST",
        "/teach/appeals/<int:appeal_id>/assign",
        CONCLUDE,
        form={"assignee": "$instructor_id"},
    ),
    # The appeal is given to nobody yet: whoever sees it meets the refusal.
    Row(
        "POST",
        "/teach/appeals/<int:appeal_id>/decide",
        "s nn fn fn fn fn fn",
        form={"decision": "deny", "answer": "no"},
    ),
    Row("POST", "/teach/appeals/<int:appeal_id>/reopen", CONCLUDE),
    Row("POST", "/teach/runs/<int:run_id>/release", RELEASE),
    Row("GET", "/teach/runs/<int:run_id>/assessments/<int:assessment_id>/hide", RELEASE),
    Row(
        "POST",
        "/teach/runs/<int:run_id>/assessments/<int:assessment_id>/hide",
        RELEASE,
        form={"reason": "wrong key"},
    ),
    # Who grades sets the marks of categories, who concludes the final one: both meet the form.
    Row("GET", "/teach/runs/<int:run_id>/learners/<int:enrolment_id>/override", RELEASE),
    Row(
        "POST",
        "/teach/runs/<int:run_id>/learners/<int:enrolment_id>/override",
        RELEASE,
        form={"category": "", "value": "12", "reason": "jury"},
    ),
    Row("GET", "/teach/runs/<int:run_id>/learners/<int:enrolment_id>", SEE_GRADES),
    Row("GET", "/teach/runs/<int:run_id>/results", SEE_GRADES),
    Row("GET", "/teach/runs/<int:run_id>/minutes.pdf", SEE_GRADES),
    Row("GET", "/teach/runs/<int:run_id>/conclude", CONCLUDE),
    Row("POST", "/teach/runs/<int:run_id>/conclude", CONCLUDE),
    Row("GET", "/teach/runs/<int:run_id>/reopen", CONCLUDE),
    Row("POST", "/teach/runs/<int:run_id>/reopen", CONCLUDE, form={"reason": "a reason"}),
    Row("GET", "/me/results/<reference>", "s yn nn nn nn nn nn"),
    Row("GET", "/api/v1/runs/<int:run_id>/gradebook", SEE_GRADES),
    Row(
        "PUT",
        "/api/v1/assessments/<int:assessment_id>/grades/<int:enrolment_id>",
        GRADE,
        json={"value": 12},
    ),
    Row("POST", "/api/v1/runs/<int:run_id>/release", RELEASE),
    Row("POST", "/api/v1/assessments/<int:assessment_id>/release", RELEASE),
    Row(
        "POST",
        "/api/v1/assessments/<int:assessment_id>/hide",
        RELEASE,
        json={"reason": "wrong key"},
    ),
    Row("GET", "/api/v1/runs/<int:run_id>/results", SEE_GRADES),
    Row("POST", "/api/v1/runs/<int:run_id>/conclude", CONCLUDE),
    Row("GET", "/runs/<int:run_id>/enrol", PUBLIC),
    Row("POST", "/runs/<int:run_id>/enrol", SIGNED_IN),
    Row("GET", "/enrolments/<reference>", "s yn yn yn nn yn yn"),
    Row("POST", "/enrolments/<reference>/offer", "s yn nn nn nn nn nn"),
    Row("GET", "/enrolments/<reference>/withdraw", "s yn fn yn nn fn yn"),
    Row("POST", "/enrolments/<reference>/withdraw", "s yn fn yn nn fn yn"),
    Row("GET", "/offers/<secret>", PUBLIC, where={"secret": "offer_secret"}),
    Row("POST", "/offers/<secret>", PUBLIC, where={"secret": "offer_secret"}),
    Row("GET", "/manage/runs/<int:run_id>/people", "s nn yn yn nn yn yn"),
    Row("GET", "/manage/runs/<int:run_id>/people/add", "s nn nn yn nn nn yn"),
    Row("POST", "/manage/runs/<int:run_id>/people/add", "s nn nn yn nn nn yn"),
    Row("GET", "/manage/people/import", "s nn nn yy nn nn yy"),
    Row("POST", "/manage/people/import", "s nn nn yy nn nn yy"),
    Row("GET", "/manage/runs/<int:run_id>/people/import", "s nn nn yn nn nn yn"),
    Row("POST", "/manage/runs/<int:run_id>/people/import", "s nn nn yn nn nn yn"),
    Row("GET", "/teach/runs/<int:run_id>/meetings", "s nn yn yn nn yn yn"),
    Row("GET", "/teach/meetings/<int:meeting_id>", "s nn yn yn nn yn yn"),
    Row("POST", "/teach/meetings/<int:meeting_id>", "s nn yn yn nn fn yn"),
    Row("GET", "/teach/meetings/<int:meeting_id>/sheet.pdf", "s nn yn yn nn yn yn"),
    Row("GET", "/me", SIGNED_IN),
    Row("POST", "/api/v1/runs/<int:run_id>/enrolments", SIGNED_IN),
    Row(
        "POST",
        "/api/v1/runs/<int:run_id>/enrolments",
        "s ff ff yf ff ff yf",
        json={"person": {"name_latin": "Somebody"}},
    ),
    Row("DELETE", "/api/v1/enrolments/<int:enrolment_id>", "s yn fn yn nn fn yn"),
    Row(
        "PUT",
        "/api/v1/meetings/<int:meeting_id>/attendance/<int:enrolment_id>",
        "s nn yn yn nn fn yn",
        json={"status": "present"},
    ),
    Row("GET", "/manage/courses", STAFF_ANYWHERE),
    Row("POST", "/manage/courses/<code>/publish", "s nn nn yn fn fn yn"),
    Row("POST", "/manage/courses/<code>/retire", "s nn nn yn fn fn yn"),
    Row("GET", "/manage/courses/<code>/open", "s nn nn yn fn fn yn"),
    Row("POST", "/manage/courses/<code>/open", "s nn nn yn fn fn yn"),
    Row("GET", "/manage/runs", STAFF_ANYWHERE),
    Row("GET", "/manage/runs/<int:run_id>", "s nn yn yn yn yn yn"),
    Row("GET", "/manage/runs/<int:run_id>/change", MANAGES_RUN),
    Row("POST", "/manage/runs/<int:run_id>/change", MANAGES_RUN),
    Row("POST", "/manage/runs/<int:run_id>/publish", MANAGES_RUN),
    Row("GET", "/manage/runs/<int:run_id>/cancel", MANAGES_RUN),
    Row("POST", "/manage/runs/<int:run_id>/cancel", MANAGES_RUN, form={"reason": "Too few"}),
    Row("POST", "/manage/runs/<int:run_id>/staff", MANAGES_RUN),
    Row(
        "POST",
        "/manage/runs/<int:run_id>/staff/<int:person_id>/end",
        MANAGES_RUN,
        where={"person_id": "instructor_id"},
    ),
    Row("GET", "/manage/runs/<int:run_id>/meetings", MANAGES_RUN),
    Row("POST", "/manage/runs/<int:run_id>/meetings", MANAGES_RUN),
    Row("GET", "/manage/meetings/<int:meeting_id>", MANAGES_RUN),
    Row("POST", "/manage/meetings/<int:meeting_id>", MANAGES_RUN),
    Row("GET", "/manage/meetings/<int:meeting_id>/cancel", MANAGES_RUN),
    Row("POST", "/manage/meetings/<int:meeting_id>/cancel", MANAGES_RUN),
    Row("GET", "/api/v1/courses", PUBLIC),
    Row("GET", "/api/v1/courses/<code>", PUBLIC),
    Row("GET", "/api/v1/runs", PUBLIC),
    Row("GET", "/api/v1/runs/<int:run_id>", PUBLIC),
    Row("GET", "/manage/certify", "s nn nn yy yy yy nn"),
    Row("GET", "/manage/runs/<int:run_id>/certify", SEE_CERTIFICATES),
    Row("POST", "/manage/runs/<int:run_id>/certify", CERTIFY),
    Row("POST", "/manage/runs/<int:run_id>/certify/names", CERTIFY),
    Row(
        "GET",
        "/manage/runs/<int:run_id>/certify/preview/<int:enrolment_id>.pdf",
        SEE_CERTIFICATES,
    ),
    Row("GET", "/programmes/<code>", PUBLIC, where=PROGRAMME),
    Row("GET", "/manage/programmes/<code>", SEE_CERTIFICATES, where=PROGRAMME),
    Row("POST", "/manage/programmes/<code>", CERTIFY, where=PROGRAMME),
    Row("POST", "/manage/programmes/<code>/names", CERTIFY, where=PROGRAMME),
    Row(
        "GET",
        "/manage/programmes/<code>/preview/<int:person_id>.pdf",
        SEE_CERTIFICATES,
        where=PROGRAMME,
    ),
    Row("POST", "/api/v1/programmes/<code>/certificates", CERTIFY, json={}, where=PROGRAMME),
    Row("GET", "/manage/batches/<int:batch_id>", SEE_CERTIFICATES),
    Row("POST", "/manage/batches/<int:batch_id>/retry", CERTIFY),
    Row("POST", "/manage/runs/<int:run_id>/certificates/print", CERTIFY),
    Row("GET", "/manage/prints/<int:job_id>", CERTIFY),
    Row(
        "GET",
        "/manage/prints/<int:job_id>/certificates.<any(pdf, zip):form>",
        CERTIFY,
        where={"form": "print_form"},
    ),
    Row("GET", "/me/certificates", SIGNED_IN),
    Row("GET", "/me/certificates/<code>", "s yn nn nn nn nn nn", where=ISSUED),
    Row("POST", "/me/certificates/<code>/name", "s yn nn nn nn nn nn", where=ISSUED),
    Row("GET", "/certificates/<code>/file", HAVE_FILE, where=ISSUED),
    Row("GET", "/manage/certificates", "s nn nn yy yy yy nn"),
    Row("GET", "/manage/certificates/ending", "s nn nn yy yy yy nn"),
    Row("GET", "/manage/certificates/ending.csv", "s nn nn yy yy yy nn"),
    Row("GET", "/manage/templates", "s nn nn nn yy yy yy"),
    Row(
        "POST",
        "/manage/templates/<int:institute_id>/<kind>",
        EDIT_TEMPLATES,
        where={"kind": "document_kind"},
    ),
    Row("GET", "/manage/templates/<int:version_id>", SEE_TEMPLATES),
    Row(
        "GET",
        "/manage/templates/<int:version_id>/preview/<name>.pdf",
        SEE_TEMPLATES,
        where={"name": "specimen"},
    ),
    Row("GET", "/manage/templates/<int:version_id>/edit", EDIT_TEMPLATES),
    Row("POST", "/manage/templates/<int:version_id>/edit", EDIT_TEMPLATES, form=TEMPLATE),
    Row("POST", "/manage/templates/<int:version_id>/copy", EDIT_TEMPLATES),
    Row("POST", "/manage/templates/<int:version_id>/activation", EDIT_TEMPLATES),
    Row("POST", "/manage/templates/<int:version_id>/archive", EDIT_TEMPLATES),
    Row("GET", "/manage/certificates/<code>", SEE_CERTIFICATES, where=ISSUED),
    Row("POST", "/manage/certificates/<code>/revocation", CERTIFY, form=REASONS, where=ISSUED),
    Row(
        "POST",
        "/manage/certificates/<code>/standing",
        CERTIFY,
        form={"why": "The course was taken again"},
        where=ISSUED,
    ),
    Row("GET", "/me/certificates/<code>/correction", "s yn nn nn nn nn nn", where=ISSUED),
    Row(
        "POST",
        "/me/certificates/<code>/correction",
        "s yn nn nn nn nn nn",
        form=NAMES,
        where=ISSUED,
    ),
    Row("GET", "/manage/certificates/<code>/replacement", CERTIFY, where=ISSUED),
    Row("POST", "/manage/certificates/<code>/replacement", CERTIFY, form=NAMES, where=ISSUED),
    Row("GET", "/manage/certificates/<code>/renewal", CERTIFY, where=ISSUED),
    Row("POST", "/manage/certificates/<code>/renewal", CERTIFY, where=ISSUED),
    Row("GET", "/manage/decisions", "s nn nn yy yy yy nn"),
    Row("GET", "/manage/proposals/<int:proposal_id>", SEE_CERTIFICATES),
    Row("POST", "/manage/proposals/<int:proposal_id>/approval", CERTIFY),
    Row("POST", "/manage/proposals/<int:proposal_id>/denial", CERTIFY, form=WHY),
    # Only who proposed may take it back.
    Row("POST", "/manage/proposals/<int:proposal_id>/withdrawal", "s nn nn fn fn fn nn"),
    Row(
        "POST",
        "/manage/proposals/<int:proposal_id>/withdrawal",
        "s nn nn fn yn fn nn",
        where={"proposal_id": "own_proposal_id"},
    ),
    Row("GET", "/manage/corrections/<int:request_id>", SEE_CERTIFICATES),
    Row("POST", "/manage/corrections/<int:request_id>/approval", CERTIFY),
    Row("POST", "/manage/corrections/<int:request_id>/denial", CERTIFY, form=WHY),
    Row("POST", "/api/v1/certificates/<code>/replacement", CERTIFY, json=NAMES, where=ISSUED),
    Row("POST", "/api/v1/certificates/<code>/renewal", CERTIFY, where=ISSUED),
    Row("GET", "/api/v1/proposals/<int:proposal_id>", SEE_CERTIFICATES),
    Row("POST", "/api/v1/runs/<int:run_id>/certificates", CERTIFY, json={}),
    Row("GET", "/api/v1/batches/<int:batch_id>", SEE_CERTIFICATES),
    Row("GET", "/api/v1/certificates/<code>/file", HAVE_FILE, where=ISSUED),
    Row("POST", "/api/v1/certificates/<code>/revocation", CERTIFY, json=REASONS, where=ISSUED),
    Row("GET", "/api/v1/openapi.json", PUBLIC),
    Row("GET", "/api/v1/docs", PUBLIC),
]


@dataclass(frozen=True)
class House:
    """The application on a database that every request finds as it was built."""

    app: Flask
    world: World
    built: Path
    live: Path

    def renew(self) -> None:
        """Undo what the last request wrote."""
        self.app.extensions["nador"].engine.dispose()
        for leftover in self.live.parent.glob("nador.db-*"):
            leftover.unlink()
        shutil.copyfile(self.built, self.live)


@pytest.fixture(scope="module")
def house(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("world")
    built, live = folder / "built.db", folder / "nador.db"
    shutil.copyfile(_sqlite_template, built)
    engine = make_engine(f"sqlite:///{built}")
    with make_sessions(engine)() as session:
        world = build(session)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    shutil.copyfile(built, live)
    settings = Settings.from_environment({"NADOR_INSTANCE": str(folder)})
    settings.make_secret_key()
    FileStore(settings.files).put(DOCUMENT)
    app = create_app(settings)
    app.jinja_env.bytecode_cache = COMPILED
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    yield House(app, world, built, live)
    app.extensions["nador"].engine.dispose()


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_the_table_has_every_route(house: House) -> None:
    rows = {(row.method, row.rule) for row in TABLE}

    assert sorted(routes(house.app)) == sorted(rows)


@pytest.mark.parametrize(
    "row", TABLE, ids=lambda row: " ".join([row.method, row.rule, *row.where.values()])
)
def test_who_may_enter(house: House, row: Row) -> None:
    house.renew()
    seen = ""
    house.renew()
    for column in COLUMNS:
        with _ask(house, row, column) as answer:
            seen += _outcome(answer)

    assert _written(seen) == row.who


def _written(seen: str) -> str:
    return " ".join([seen[0], *(seen[place : place + 2] for place in range(1, len(seen), 2))])


def _ask(house: House, row: Row, column: str) -> TestResponse:
    limiter.reset()
    if row.method != "GET":
        house.renew()
    url = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda name: _given(house, row, name[1]), row.rule)
    client = house.app.test_client()
    headers = {}
    if row.rule.startswith("/api/"):
        token = house.world.tokens.get(column)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
    elif column in house.world.cookies:
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": house.world.cookies[column], "_fresh": True})
    body: dict[str, Any] = (
        {"json": _filled(house, row.json)}
        if row.json is not None
        else {"data": _filled(house, row.form)}
    )
    return client.open(
        url, method=row.method, headers=headers, **({} if row.method == "GET" else body)
    )


def _given(house: House, row: Row, name: str) -> str:
    return str(house.world.ids[row.where.get(name, name)])


def _filled(house: House, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: house.world.ids[value[1:]]
        if isinstance(value, str) and value.startswith("$")
        else value
        for name, value in values.items()
    }


def _outcome(answer: Response) -> str:
    if answer.status_code == 401 or (
        answer.status_code == 303 and (answer.location or "").startswith("/sign-in?next=")
    ):
        return "s"
    assert answer.status_code in {503, *range(500)}, answer.get_data(as_text=True)
    return {403: "f", 404: "n"}.get(answer.status_code, "y")
