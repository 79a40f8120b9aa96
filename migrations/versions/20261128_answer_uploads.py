"""Files of answers come in pieces too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_answer_uploads"
down_revision = "20261128_attempt_delay"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an upload be an answer's, and say when each ended."""
    with op.batch_alter_table("upload") as table:
        table.alter_column("submission_id", existing_type=BigId, nullable=True)
        table.add_column(sa.Column("answer_id", BigId, nullable=True))
        table.add_column(sa.Column("ended_at", UtcDateTime(), nullable=True))
        table.create_foreign_key(
            op.f("fk_upload_answer_id_attempt_answer"), "attempt_answer", ["answer_id"], ["id"]
        )
    op.execute("UPDATE upload SET ended_at = begun_at WHERE file_id IS NOT NULL")
    with op.batch_alter_table("upload") as table:
        table.create_check_constraint(
            op.f("ck_upload_of_one"), "(submission_id IS NULL) <> (answer_id IS NULL)"
        )
        table.create_check_constraint(
            op.f("ck_upload_ended"),
            "file_id IS NULL OR (submission_id IS NOT NULL AND ended_at IS NOT NULL)",
        )
    op.create_index(op.f("ix_upload_answer_id"), "upload", ["answer_id"])
