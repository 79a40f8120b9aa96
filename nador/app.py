"""The only place where the parts are put together."""

from __future__ import annotations

import gc
import logging
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError
from whitenoise import WhiteNoise

import nador.registry
from nador.accounts import jobs as accounts_jobs
from nador.accounts import labels as accounts_labels
from nador.accounts import queries as accounts_queries
from nador.accounts import views as accounts_views
from nador.assessment import api as assessment_api
from nador.assessment import handlers as assessment_handlers
from nador.assessment import jobs as assessment_jobs
from nador.assessment import labels as assessment_labels
from nador.assessment import views as assessment_views
from nador.catalogue import api as catalogue_api
from nador.catalogue import handlers as catalogue_handlers
from nador.catalogue import labels as catalogue_labels
from nador.catalogue import queries as catalogue_queries
from nador.catalogue import views as catalogue_views
from nador.certification import api as certification_api
from nador.certification import handlers as certification_handlers
from nador.certification import jobs as certification_jobs
from nador.certification import labels as certification_labels
from nador.certification import views as certification_views
from nador.demo import labels as demo_labels
from nador.enrolment import api as enrolment_api
from nador.enrolment import handlers as enrolment_handlers
from nador.enrolment import jobs as enrolment_jobs
from nador.enrolment import labels as enrolment_labels
from nador.enrolment import queries as enrolment_queries
from nador.enrolment import views as enrolment_views
from nador.kernel import clock, errors, events, schema
from nador.kernel import labels as kernel_labels
from nador.kernel.access import Action, Role
from nador.kernel.db import make_engine, make_sessions
from nador.kernel.files import FileStore
from nador.kernel.i18n import msgid
from nador.kernel.resources import PACKAGE, folder
from nador.kernel.supervision import die_with_parent
from nador.notices import handlers as notices_handlers
from nador.reporting import views as reporting_views
from nador.reporting.rules import FirstPage, first_page
from nador.settings import Settings, WrongSetting
from nador.verification import api as verification_api
from nador.verification import handlers as verification_handlers
from nador.verification import jobs as verification_jobs
from nador.verification import labels as verification_labels
from nador.verification import views as verification_views
from nador.web import access, api, health, rendering, request, security
from nador.web import errors as web_errors
from nador.web import labels as web_labels

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Blueprint, Flask
    from sqlalchemy import Engine

    from nador.kernel.access import Actor
    from nador.kernel.events import Handler

LABELS = (
    kernel_labels,
    web_labels,
    accounts_labels,
    catalogue_labels,
    enrolment_labels,
    verification_labels,
    assessment_labels,
    demo_labels,
    certification_labels,
)
BLUEPRINTS: tuple[Blueprint, ...] = (
    health.blueprint,
    accounts_views.blueprint,
    catalogue_views.blueprint,
    verification_views.blueprint,
    assessment_views.blueprint,
    enrolment_views.blueprint,
    reporting_views.blueprint,
    certification_views.blueprint,
)
API_BLUEPRINTS: tuple[Blueprint, ...] = (
    catalogue_api.blueprint,
    assessment_api.blueprint,
    verification_api.blueprint,
    enrolment_api.blueprint,
    certification_api.blueprint,
)
HANDLERS: tuple[Iterable[tuple[type[Any], Handler]], ...] = (
    catalogue_handlers.HANDLERS,
    enrolment_handlers.HANDLERS,
    assessment_handlers.HANDLERS,
    certification_handlers.HANDLERS,
    verification_handlers.HANDLERS,
    notices_handlers.HANDLERS,
)
MENU: list[rendering.MenuItem] = [
    rendering.MenuItem(msgid("Courses"), "catalogue.courses", "doc", lambda _actor: True),
    rendering.MenuItem(
        msgid("Verify"), "verification.form", "search", lambda actor: not actor.signed_in
    ),
    rendering.MenuItem(msgid("My learning"), "reporting.me", "user", lambda actor: actor.signed_in),
    rendering.MenuItem(
        msgid("Teaching"),
        "assessment.teach",
        "list",
        lambda actor: Role.INSTRUCTOR in actor.roles(),
    ),
    rendering.MenuItem(
        msgid("Centre"),
        "reporting.manage",
        "people",
        lambda actor: first_page(actor.roles()) is FirstPage.CENTRE,
    ),
    rendering.MenuItem(
        msgid("Sign in"), "accounts.sign_in", "user", lambda actor: not actor.signed_in
    ),
]
RUN_TABS = [
    rendering.RunTab(
        msgid("Overview"),
        "catalogue.manage_run",
        Action.SEE_CATALOGUE,
        below=("catalogue.assign_staff",),
    ),
    rendering.RunTab(msgid("People"), "enrolment.people", Action.SEE_ENROLMENTS),
    rendering.RunTab(
        msgid("Attendance"),
        "enrolment.meetings",
        Action.SEE_ATTENDANCE,
        below=("enrolment.meeting", "enrolment.wall"),
    ),
    rendering.RunTab(
        msgid("Assessments"),
        "assessment.plan",
        Action.SEE_GRADEBOOK,
        below=(
            "assessment.slots",
            "assessment.offer_slots",
            "assessment.ask_to_book_for",
            "assessment.book_for",
            "assessment.assignment_settings",
            "assessment.set_assignment",
            "assessment.handed_in_list",
            "assessment.handed_in_work",
            "assessment.return_work",
            "assessment.groups",
            "assessment.add_group",
            "assessment.group",
            "assessment.change_group",
            "assessment.accommodations",
            "assessment.give_accommodation",
            "assessment.set_up_quiz",
            "assessment.save_quiz",
            "assessment.add_quiz_question",
            "assessment.add_quiz_draw",
            "assessment.set_quiz_state",
            "assessment.preview_quiz",
            "assessment.quiz_attempts",
            "assessment.quiz_statistics",
            "assessment.staff_attempt",
            "assessment.mark_attempt",
            "assessment.void_attempt",
            "assessment.ask_to_regrade",
            "assessment.regrade_quiz",
        ),
    ),
    rendering.RunTab(
        msgid("Gradebook"),
        "assessment.gradebook",
        Action.SEE_GRADEBOOK,
        below=(
            "assessment.save_gradebook",
            "assessment.learner",
            "assessment.ask_to_hide",
            "assessment.hide",
            "assessment.ask_to_override",
            "assessment.override",
            "assessment.statistics",
            "assessment.ask_for_sheet",
            "assessment.import_sheet",
            "assessment.bench",
            "assessment.reveal",
            "assessment.rubric",
            "assessment.save_rubric",
            "assessment.marking_plan",
            "assessment.save_marking_plan",
            "assessment.allotment",
            "assessment.save_allotment",
            "assessment.share_out",
            "assessment.entry",
            "assessment.save_entry",
            "assessment.ask_for_worksheet",
            "assessment.import_worksheet",
            "assessment.ask_for_parcel",
            "assessment.take_parcel",
            "assessment.parcel",
            "assessment.apply_parcel",
        ),
    ),
    rendering.RunTab(
        msgid("Results"),
        "assessment.results",
        Action.SEE_GRADEBOOK,
        below=(
            "assessment.ask_to_conclude",
            "assessment.conclude",
            "assessment.ask_to_reopen",
            "assessment.reopen",
        ),
    ),
    rendering.RunTab(
        msgid("Certificates"),
        "certification.certify",
        Action.SEE_CERTIFICATES,
        below=("certification.order", "certification.batch", "certification.print_job"),
    ),
]
"""What a run's staff go through, in the order of its life."""
JOBS = (
    nador.registry,
    accounts_jobs,
    assessment_jobs,
    enrolment_jobs,
    certification_jobs,
    verification_jobs,
)
"""Modules that declare @work and @check: importing them is enough."""


DATABASE_PATIENCE = 60
"""Seconds that a starting process waits for its database."""


def wire() -> None:
    """Connect features to each other; every process that runs commands calls it once."""
    clock.check()
    events.connect(pair for pairs in HANDLERS for pair in pairs)
    for labels in LABELS:
        errors.register(labels.ERRORS)


def prepare_worker() -> None:
    """Make a fresh process ready to do work."""
    security.set_up_logging()
    wire()


def prepare_demo_worker() -> None:
    """Make a fresh process of a demo centre ready: somebody reads the terminal, so only trouble is told."""
    security.set_up_logging(logging.WARNING)
    wire()


def require_startable(settings: Settings, *, demo: bool = False) -> None:
    """Refuse to start on what can't work; raises WrongSetting, WrongSchema or StaleTimeZone.

    A demo centre has passwords that everybody knows: only a demo may start it.
    """
    clock.check()
    settings.secret_key()
    engine = make_engine(settings.database_url)
    try:
        schema.check(engine)
        with make_sessions(engine)() as session:
            is_demo = accounts_queries.is_demo(session)
    finally:
        engine.dispose()
    if is_demo and not demo:
        raise WrongSetting(
            "This database holds a demo centre, whose passwords everybody knows: "
            "run `nador demo`, or point NADOR_DATABASE_URL at another database."
        )


def served() -> Flask:
    """Build the application in a server's process."""
    return _served(demo=False)


def served_demo() -> Flask:
    """Build the application of a demo centre in a server's process."""
    return _served(demo=True)


def _served(*, demo: bool) -> Flask:
    die_with_parent()
    security.set_up_logging(logging.WARNING if demo else logging.INFO)
    settings = Settings.from_environment(os.environ)
    for _ in range(DATABASE_PATIENCE):
        try:
            require_startable(settings, demo=demo)
            break
        except OperationalError:
            # A process that is replaced while the database restarts waits for it.
            time.sleep(1)
    app = create_app(settings)
    # What was built so far lives as long as the process: the collector need not walk it again.
    gc.collect()
    gc.freeze()
    return app


def _first_page(actor: Actor) -> str:
    match first_page(actor.roles()):
        case FirstPage.CENTRE:
            return "reporting.manage"
        case FirstPage.TEACHING:
            return "assessment.teach"
        case FirstPage.LEARNING:
            return "reporting.me"


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; raises WrongSetting, WrongSchema or StaleTimeZone when it can't start."""
    wire()
    settings = settings or Settings.from_environment(os.environ)
    parts = parts_of(settings, make_engine(settings.database_url))
    app = assemble(parts.settings)
    furnish(app, parts)
    return app


def parts_of(settings: Settings, engine: Engine) -> request.Parts:
    """Gather what the application works with; raises WrongSchema or StaleTimeZone."""
    schema.check(engine)
    return request.Parts(
        settings=settings,
        engine=engine,
        sessions=make_sessions(engine),
        files=FileStore(settings.files),
        load_actor=partial(accounts_views.find_visitor, also=catalogue_queries.staff_grants),
        load_brand=lambda session: request.Brand(*accounts_queries.brand(session)),
        first_page=_first_page,
    )


def assemble(settings: Settings) -> Flask:
    """Put routes, doors and looks together."""
    app = request.Application(
        "nador", template_folder=str(folder("templates")), static_folder=str(PACKAGE / "static")
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # the default provider has it
    app.extensions[catalogue_views.MET_COURSES] = enrolment_queries.met_courses
    rendering.set_menu(MENU)
    rendering.set_run_tabs(RUN_TABS)
    security.install(app, settings)
    request.install(app)
    rendering.install(app)
    web_errors.install(app)
    accounts_views.doorkeeper.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.install(app, API_BLUEPRINTS)
    access.install(app)
    access.require_declared(app)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign] # how Flask is meant to be wrapped
        app.wsgi_app, root=str(PACKAGE / "static"), prefix="static/", max_age=31536000
    )
    return app


def furnish(app: Flask, parts: request.Parts) -> None:
    """Let the application work with these parts."""
    app.extensions["nador"] = parts
    with app.app_context():
        parts.demo = accounts_queries.is_demo(request.db())
        request.brand()
