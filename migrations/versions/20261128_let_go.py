"""Files of works that were taken out again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_let_go"
down_revision = "20261128_quizzes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the list from which a worker deletes."""
    op.create_table(
        "let_go_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_let_go_file")),
    )
