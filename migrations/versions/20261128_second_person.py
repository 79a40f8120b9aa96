"""A second person confirms, holders ask for corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Json, UtcDateTime

revision = "20261128_second_person"
down_revision = "20261128_appeals"
branch_labels = None
depends_on = None

OPEN = "status = 'open'"
FROZEN = {
    "proposal": ("institute_id", "kind", "run_id", "programme_id", "certificate_id", "proposed_by_id", "proposed_at"),
    "correction_request": ("certificate_id", "asked_by_id", "asked_at"),
}
DECIDED = ("status", "decided_by_id", "decided_at")
ASKED = ("name_latin", "name_arabic", "reason")
# Erasing a person takes out of what is settled what names them; what is open stays as it was read.
NAMELESS = "old.status <> 'open' AND new.name_latin IS NULL AND new.name_arabic IS NULL"
EMPTIED = "old.status <> 'open' AND new.act = '{}'"


def upgrade() -> None:
    """Make the tables and their triggers."""
    op.add_column("institute", sa.Column("second_person", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table("proposal",
    sa.Column("id", BigId, nullable=False),
    sa.Column("institute_id", BigId, nullable=False),
    sa.Column("kind", sa.Enum("issue", "revoke", "replace", "renew", name="actkind", native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column("run_id", BigId, nullable=True),
    sa.Column("programme_id", BigId, nullable=True),
    sa.Column("certificate_id", BigId, nullable=True),
    sa.Column("act", Json, nullable=False),
    sa.Column("proposed_by_id", BigId, nullable=False),
    sa.Column("proposed_at", UtcDateTime(), nullable=False),
    sa.Column("status", sa.Enum("open", "approved", "denied", "withdrawn", name="proposalstatus", native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column("decided_by_id", BigId, nullable=True),
    sa.Column("decided_at", UtcDateTime(), nullable=True),
    sa.Column("answer", sa.String(), nullable=True),
    sa.CheckConstraint("(kind = 'issue') = (run_id IS NOT NULL OR programme_id IS NOT NULL)", name=op.f("ck_proposal_of_run_or_programme")),
    sa.CheckConstraint("run_id IS NULL OR programme_id IS NULL", name=op.f("ck_proposal_of_one")),
    sa.CheckConstraint("(kind = 'issue') = (certificate_id IS NULL)", name=op.f("ck_proposal_of_certificate")),
    sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name=op.f("ck_proposal_decided_at")),
    sa.CheckConstraint("(status IN ('approved', 'denied')) = (decided_by_id IS NOT NULL)", name=op.f("ck_proposal_decided_by_somebody")),
    sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_proposal_decided_by_another")),
    sa.CheckConstraint("(status = 'denied') = (answer IS NOT NULL)", name=op.f("ck_proposal_answer")),
    sa.ForeignKeyConstraint(["institute_id"], ["institute.id"], name=op.f("fk_proposal_institute_id_institute")),
    sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_proposal_run_id_run")),
    sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_proposal_programme_id_programme")),
    sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_proposal_certificate_id_certificate")),
    sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_proposal_proposed_by_id_person")),
    sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_proposal_decided_by_id_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_institute_id"), "proposal", ["institute_id"], unique=False)
    op.create_index(op.f("ix_proposal_certificate_id"), "proposal", ["certificate_id"], unique=False)
    _one_open("proposal", "run_id", "uq_proposal_open_run", f"run_id IS NOT NULL AND {OPEN}")
    _one_open("proposal", "programme_id", "uq_proposal_open_programme", f"programme_id IS NOT NULL AND {OPEN}")
    _one_open("proposal", "certificate_id", "uq_proposal_open_certificate", f"certificate_id IS NOT NULL AND {OPEN}")
    op.create_table("correction_request",
    sa.Column("id", BigId, nullable=False),
    sa.Column("certificate_id", BigId, nullable=False),
    sa.Column("name_latin", sa.String(length=200), nullable=True),
    sa.Column("name_arabic", sa.String(length=200), nullable=True),
    sa.Column("reason", sa.String(), nullable=False),
    sa.Column("asked_by_id", BigId, nullable=False),
    sa.Column("asked_at", UtcDateTime(), nullable=False),
    sa.Column("status", sa.Enum("open", "approved", "denied", name="requeststatus", native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column("decided_by_id", BigId, nullable=True),
    sa.Column("decided_at", UtcDateTime(), nullable=True),
    sa.Column("answer", sa.String(), nullable=True),
    sa.CheckConstraint("name_latin IS NOT NULL OR name_arabic IS NOT NULL OR NOT (status = 'open')", name=op.f("ck_correction_request_has_a_name")),
    sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name=op.f("ck_correction_request_decided_at")),
    sa.CheckConstraint("(status = 'open') = (decided_by_id IS NULL)", name=op.f("ck_correction_request_decided_by_somebody")),
    sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_correction_request_decided_by_another")),
    sa.CheckConstraint("(status = 'denied') = (answer IS NOT NULL)", name=op.f("ck_correction_request_answer")),
    sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name=op.f("fk_correction_request_certificate_id_certificate")),
    sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_correction_request_asked_by_id_person")),
    sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_correction_request_decided_by_id_person")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
    )
    op.create_index(op.f("ix_correction_request_certificate_id"), "correction_request", ["certificate_id"], unique=False)
    _one_open("correction_request", "certificate_id", "uq_correction_request_open", OPEN)
    _guard()


def _one_open(table: str, column: str, name: str, where: str) -> None:
    op.create_index(name, table, [column], unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _guard() -> None:
    """Let what is proposed or asked be decided once, as it was read, and never forgotten."""
    make = _postgresql if op.get_bind().dialect.name == "postgresql" else _sqlite
    for table, columns in FROZEN.items():
        make(table, "DELETE", "1 = 1", "is kept for ever")
        make(table, "UPDATE", _differs(columns), "is a snapshot")
        make(table, "UPDATE", f"old.status <> 'open' AND ({_differs(DECIDED)})", "is decided for good", "status")
        make(table, "UPDATE", f"old.status <> 'open' AND ({_differs(('answer',))}) AND NOT (old.answer IS NOT NULL AND new.answer = '')", "keeps its answer", "answer")
    make("proposal", "UPDATE", f"({_differs(('act',))}) AND NOT ({EMPTIED})", "keeps its act", "act")
    make("correction_request", "UPDATE", f"({_differs(ASKED)}) AND NOT ({NAMELESS})", "keeps its names", "names")


def _differs(columns: tuple[str, ...]) -> str:
    word = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _sqlite(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {_name(table, event, suffix)} BEFORE {event} ON {table} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
    )


def _postgresql(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    name = _name(table, event, suffix)
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )


def _name(table: str, event: str, suffix: str) -> str:
    return "_".join(part for part in ("guard", table, event.lower(), suffix) if part)
