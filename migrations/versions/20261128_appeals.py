"""Appeals against grades and results, and how many days a run gives for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_appeals"
down_revision = "20261128_weights"
branch_labels = None
depends_on = None

PEOPLE = ("opened_by_id", "assignee_id", "assigned_by_id", "decided_by_id")
# Who contests what, and since when; and, once it is decided, what was decided.
OPENED = ("run_id", "enrolment_id", "assessment_id", "opened_at", "opened_by_id", "answer_by")
DECIDED = ("status", "assignee_id", "decided_at", "decided_by_id", "grade_change_id")


def upgrade() -> None:
    """Make the table, and the triggers that keep a decision."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Plain SQL, because SQLite adds a CHECK to a table only together with its column.
    op.execute(
        f"ALTER TABLE run ADD COLUMN appeal_days {whole} DEFAULT 10 NOT NULL "
        "CONSTRAINT ck_run_appeal_days CHECK (appeal_days > 0)"
    )
    status = sa.Enum(
        "open",
        "approved",
        "denied",
        name="appealstatus",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    op.create_table(
        "appeal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("enrolment_id", BigId, nullable=False),
        sa.Column("assessment_id", BigId, nullable=True),
        sa.Column("status", status, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", BigId, nullable=False),
        sa.Column("answer_by", UtcDateTime(), nullable=False),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("assigned_by_id", BigId, nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("grade_change_id", BigId, nullable=True),
        sa.CheckConstraint(
            "(status = 'open') = (decided_at IS NULL)", name=op.f("ck_appeal_decided")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_appeal_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR (assignee_id IS NOT NULL AND decided_by_id = assignee_id)",
            name=op.f("ck_appeal_decided_by_the_assignee"),
        ),
        sa.CheckConstraint(
            "(status = 'approved' AND assessment_id IS NOT NULL) = (grade_change_id IS NOT NULL)",
            name=op.f("ck_appeal_changes_a_grade"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["person.id"], name=op.f(f"fk_appeal_{column}_person")
            )
            for column in PEOPLE
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_appeal_{table}_id_{table}")
            )
            for table in ("run", "enrolment", "assessment", "grade_change")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_run_id_status"), "appeal", ["run_id", "status"])
    for name, columns, where in (
        ("uq_appeal_open_grade", ["enrolment_id", "assessment_id"], "assessment_id IS NOT NULL"),
        ("uq_appeal_open_result", ["enrolment_id"], "assessment_id IS NULL"),
    ):
        condition = sa.text(f"status = 'open' AND {where}")
        op.create_index(
            name,
            "appeal",
            columns,
            unique=True,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    _refuse("", "DELETE", "1 = 1", "is kept for ever")
    _refuse("opened", "UPDATE", _differs(OPENED), "says who contests what")
    _refuse(
        "decided", "UPDATE", f"old.status <> 'open' AND ({_differs(DECIDED)})", "is decided for good"
    )
    # Texts are emptied when a person is erased; a decision is never reworded.
    for text in ("reason", "answer"):
        after = "" if text == "reason" else "old.status <> 'open' AND "
        _refuse(
            text,
            "UPDATE",
            f"{after}new.{text} <> old.{text} AND new.{text} <> ''",
            "keeps its words",
        )


def _differs(columns: tuple[str, ...]) -> str:
    word = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _refuse(suffix: str, event: str, when: str, reason: str) -> None:
    name = "_".join(part for part in ("guard_appeal", event.lower(), suffix) if part)
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON appeal "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'appeal {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'appeal {reason}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON appeal "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
