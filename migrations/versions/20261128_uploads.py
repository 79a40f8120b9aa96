"""Work of groups, and files that come in pieces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_uploads"
down_revision = "20261128_marking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a submission be a group's, and make the table of uploads."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Plain SQL, because SQLite adds a foreign key to a table only together with its column.
    op.execute(
        f"ALTER TABLE submission ADD COLUMN group_id {whole} "
        "CONSTRAINT fk_submission_group_id_run_group REFERENCES run_group (id)"
    )
    op.create_index(op.f("ix_submission_group_id"), "submission", ["group_id"])
    op.drop_index("uq_submission_draft", "submission")
    for name, column, where in (
        ("uq_submission_draft", "enrolment_id", "status = 'draft' AND group_id IS NULL"),
        ("uq_submission_group_draft", "group_id", "status = 'draft' AND group_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "submission",
            ["assessment_id", column],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "upload",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name_on_disk", sa.String(), nullable=False),
        sa.Column("submission_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("file_id", BigId, nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_upload_size")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_upload_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["submission_file.id"], name=op.f("fk_upload_file_id_submission_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("name_on_disk", name=op.f("uq_upload_name_on_disk")),
    )
    op.create_index(op.f("ix_upload_begun_at"), "upload", ["begun_at"])
    op.create_index(op.f("ix_upload_submission_id"), "upload", ["submission_id"])
