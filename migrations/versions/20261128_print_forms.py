"""A run's certificates as a ZIP beside the merged PDF; both are forgotten after some days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261128_print_forms"
down_revision = "20261128_sheets"
branch_labels = None
depends_on = None

FORM = sa.Enum("pdf", "zip", name="printform", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    """Say of every file that was ordered so far that it is a PDF."""
    with op.batch_alter_table("print_job") as table:
        table.add_column(sa.Column("form", FORM, nullable=False, server_default="pdf"))
    with op.batch_alter_table("print_job") as table:
        table.alter_column("form", existing_type=FORM, server_default=None)
    op.create_index(op.f("ix_print_job_ordered_at"), "print_job", ["ordered_at"])
