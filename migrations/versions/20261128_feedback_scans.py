"""Files that markers give back are looked at by the virus scanner too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_feedback_scans"
down_revision = "20261128_slots"
branch_labels = None
depends_on = None

SCAN = sa.Enum(
    "unscanned", "waiting", "clean", "infected",
    name="scanstate", native_enum=False, create_constraint=True, length=24,
)


def upgrade() -> None:
    """Say of every file that was given so far that nothing has looked at it."""
    with op.batch_alter_table("feedback_file") as table:
        table.add_column(sa.Column("scan", SCAN, nullable=False, server_default="unscanned"))
    with op.batch_alter_table("feedback_file") as table:
        table.alter_column("scan", existing_type=SCAN, server_default=None)
    op.create_index(op.f("ix_feedback_file_scan"), "feedback_file", ["scan"])
