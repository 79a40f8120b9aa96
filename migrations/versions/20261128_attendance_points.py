"""What attendance at a meeting is worth."""

from __future__ import annotations

from alembic import op

revision = "20261128_attendance_points"
down_revision = "20261128_slots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the points to course versions: those that there are count presence alone."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    # Hundredths, in plain SQL: SQLite adds a CHECK to a table only together with its column.
    for column in (
        f"present_points {whole} DEFAULT 100 NOT NULL",
        f"late_points {whole} DEFAULT 100 NOT NULL",
        f"excused_points {whole}",
        f"absent_points {whole} DEFAULT 0 NOT NULL CONSTRAINT ck_course_version_attendance_points "
        "CHECK (present_points > 0 AND late_points BETWEEN 0 AND present_points"
        " AND absent_points BETWEEN 0 AND present_points"
        " AND (excused_points IS NULL OR excused_points BETWEEN 0 AND present_points))",
    ):
        op.execute(f"ALTER TABLE course_version ADD COLUMN {column}")
