"""What erasing a person needs: files that are to go, and an audit trail that forgets names alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_erasure"
down_revision = "20261128_reminders"
branch_labels = None
depends_on = None

KEPT = ("id", "at", "actor_id", "token_id", "institute_id", "action", "subject")
OF_ERASED = (
    "(EXISTS (SELECT 1 FROM person WHERE 'person:' || person.id = old.subject "
    "AND person.status = 'anonymised') "
    "OR EXISTS (SELECT 1 FROM certificate WHERE 'certificate:' || certificate.code = old.subject "
    "AND certificate.holder_latin IS NULL AND certificate.holder_arabic IS NULL))"
)
NAME = "guard_audit_entry_update"


def upgrade() -> None:
    """Make the list of files to drop, and let details about an erased person be emptied."""
    op.create_table(
        "dropped_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dropped_file"),
        sa.UniqueConstraint("sha256", name="uq_dropped_file_sha256"),
    )
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"new.{column} IS old.{column}" for column in KEPT)
        op.execute(f"DROP TRIGGER {NAME}")
        op.execute(
            f"CREATE TRIGGER {NAME} BEFORE UPDATE ON audit_entry WHEN NOT ({same} AND {OF_ERASED}) "
            "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
        )
    else:
        # A trigger's WHEN may not ask other tables: the function does.
        same = " AND ".join(f"new.{column} IS NOT DISTINCT FROM old.{column}" for column in KEPT)
        op.execute(
            f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {same} AND {OF_ERASED} THEN RETURN new; END IF; "
            "RAISE EXCEPTION 'audit_entry is append-only' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
