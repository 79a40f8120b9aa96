"""Categories, scales and overrides; what a result was decided from, and by which formula."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Hundredths, UtcDateTime

revision = "20261128_weights"
down_revision = "20261128_print_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the overrides that nobody rewrites."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    json, whole = ("JSONB", "BIGINT") if postgresql else ("JSON", "INTEGER")
    # Plain SQL, because SQLite adds a CHECK to a table only together with its column.
    for column in (
        "scale VARCHAR(24) DEFAULT 'points' NOT NULL CONSTRAINT ck_course_version_scale "
        "CHECK (scale IN ('points', 'percent', 'letters', 'pass_fail'))",
        f"letters {json} DEFAULT '[]' NOT NULL",
        f"categories {json} DEFAULT '[]' NOT NULL",
        f"compensated {whole} CONSTRAINT ck_course_version_compensated CHECK (compensated >= 0)",
    ):
        op.execute(f"ALTER TABLE course_version ADD COLUMN {column}")
    for table in ("plan_item", "assessment"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN category VARCHAR DEFAULT '' NOT NULL")
    op.execute(f"ALTER TABLE result ADD COLUMN formula {whole} DEFAULT 1 NOT NULL")
    op.execute(f"ALTER TABLE result ADD COLUMN given {json}")
    op.create_table(
        "mark_override",
        sa.Column("id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("value", Hundredths(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_mark_override_value")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_mark_override_reason")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_mark_override_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_mark_override_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_override")),
    )
    op.create_index(
        op.f("ix_mark_override_enrolment_id_category"),
        "mark_override",
        ["enrolment_id", "category"],
    )
    for event, reason in (("UPDATE", "is append-only"), ("DELETE", "is kept for ever")):
        _refuse("mark_override", event, reason)


def _refuse(table: str, event: str, reason: str) -> None:
    """Make a trigger that refuses every such event."""
    name = f"guard_{table}_{event.lower()}"
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
