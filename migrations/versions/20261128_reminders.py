"""Reminders before a certificate ends, one row each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_reminders"
down_revision = "20261128_programmes"
branch_labels = None
depends_on = None

ENDS = sa.text("expires_on IS NOT NULL")


def upgrade() -> None:
    """Make the table of reminders, and find certificates by their end."""
    op.create_table(
        "reminder",
        sa.Column("certificate_id", BigId, nullable=False, autoincrement=False),
        sa.Column("days", BigId, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_reminder_certificate_id_certificate"),
        sa.PrimaryKeyConstraint("certificate_id", "days", name="pk_reminder"),
        sa.CheckConstraint("days > 0", name=op.f("ck_reminder_days")),
    )
    op.create_index(
        "ix_certificate_expires_on", "certificate", ["expires_on", "id"], sqlite_where=ENDS, postgresql_where=ENDS
    )
