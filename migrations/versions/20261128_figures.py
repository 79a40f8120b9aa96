"""The figures of a run are kept; whatever they rest on says by itself that it changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Json, UtcDateTime

revision = "20261128_figures"
down_revision = "20261128_answer_uploads"
branch_labels = None
depends_on = None

OWN = "new.run_id"
# What touches the figures of a run, and how its row tells which run that is.
TOUCHING = (
    ("grade", "INSERT", "(SELECT run_id FROM assessment WHERE id = new.assessment_id)"),
    ("grade", "UPDATE OF value, state", "(SELECT run_id FROM assessment WHERE id = new.assessment_id)"),
    ("mark_override", "INSERT", "(SELECT run_id FROM enrolment WHERE id = new.enrolment_id)"),
    ("result", "INSERT", OWN),
    ("result", "UPDATE", OWN),
    ("assessment", "INSERT", OWN),
    ("assessment", "UPDATE", OWN),
    ("enrolment", "UPDATE OF status", OWN),
)


def upgrade() -> None:
    """Make both tables and the triggers, and have every run counted."""
    op.create_table(
        "run_figures",
        sa.Column("run_id", BigId, autoincrement=False, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("formula", BigId, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_run_figures_run_id_run"),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_figures"),
    )
    op.create_table(
        "touched_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_touched_run_run_id_run"),
        sa.PrimaryKeyConstraint("id", name="pk_touched_run"),
    )
    op.create_index("ix_touched_run_run_id_id", "touched_run", ["run_id", "id"])
    op.execute("INSERT INTO touched_run (run_id) SELECT DISTINCT run_id FROM assessment")
    make = _postgresql if op.get_bind().dialect.name == "postgresql" else _sqlite
    for table, event, run in TOUCHING:
        make(f"touch_{table}_{event.split()[0].lower()}", table, event, run)


def _sqlite(name: str, table: str, event: str, run: str) -> None:
    # Who writes is alone: what is there already was not taken away meanwhile.
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} "
        f"WHEN NOT EXISTS (SELECT 1 FROM touched_run WHERE run_id = {run}) "
        f"BEGIN INSERT INTO touched_run (run_id) VALUES ({run}); END"
    )


def _postgresql(name: str, table: str, event: str, run: str) -> None:
    # What others wrote may be taken away before this transaction ends: only its own counts.
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"INSERT INTO touched_run (run_id) SELECT {run} WHERE pg_current_xact_id()::xid "
        "IS DISTINCT FROM "
        f"(SELECT xmin FROM touched_run WHERE run_id = {run} ORDER BY id DESC LIMIT 1); "
        "RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
