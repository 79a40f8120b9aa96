"""How long learners wait before another attempt at a quiz."""

from __future__ import annotations

from alembic import op

revision = "20261128_attempt_delay"
down_revision = "20261128_attendance_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the wait in minutes: quizzes that there are have none."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Plain SQL, because SQLite adds a CHECK to a table only together with its column.
    op.execute(
        f"ALTER TABLE quiz ADD COLUMN delay {whole} DEFAULT 0 NOT NULL "
        "CONSTRAINT ck_quiz_delay CHECK (delay >= 0)"
    )
