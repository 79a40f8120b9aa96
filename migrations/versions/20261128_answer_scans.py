"""Files of answers to quizzes are looked at by the virus scanner too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId

revision = "20261128_answer_scans"
down_revision = "20261128_figures"
branch_labels = None
depends_on = None

SCAN = sa.Enum(
    "unscanned", "waiting", "clean", "infected",
    name="scanstate", native_enum=False, create_constraint=True, length=24,
)


def upgrade() -> None:
    """Keep what the scanner said of the files of answers; of earlier ones it has said nothing."""
    op.create_table(
        "answer_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("answer_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scan", SCAN, nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["attempt_answer.id"], name=op.f("fk_answer_file_answer_id_attempt_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("answer_id", "sha256", name=op.f("uq_answer_file_answer_id_sha256")),
    )
    op.create_index(op.f("ix_answer_file_sha256"), "answer_file", ["sha256"])
    op.create_index(op.f("ix_answer_file_scan"), "answer_file", ["scan"])
