"""Learners check themselves in by a code on the wall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_check_in"
down_revision = "20261128_let_go"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "check_in",
        sa.Column("meeting_id", BigId, nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("late_after", BigId, nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by_id", BigId, nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("late_after BETWEEN 0 AND 240", name=op.f("ck_check_in_late_after")),
        sa.CheckConstraint(
            "closed_at >= opened_at", name=op.f("ck_check_in_closed_after_opening")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_check_in_meeting_id_meeting")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_check_in_opened_by_id_person")
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_check_in")),
    )
