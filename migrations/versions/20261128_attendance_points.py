"""What attendance at a meeting is worth."""

from __future__ import annotations

from alembic import op

revision = "20261128_attendance_points"
down_revision = "20261128_feedback_scans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the points to course versions: those that there are count presence alone."""
    # Hundredths, in plain SQL: SQLite adds a CHECK to a table only together with its column.
    for column in (
        "present_points INTEGER DEFAULT 100 NOT NULL",
        "late_points INTEGER DEFAULT 100 NOT NULL",
        "excused_points INTEGER",
        "absent_points INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_course_version_attendance_points "
        "CHECK (present_points > 0 AND late_points BETWEEN 0 AND present_points"
        " AND absent_points BETWEEN 0 AND present_points"
        " AND (excused_points IS NULL OR excused_points BETWEEN 0 AND present_points))",
    ):
        op.execute(f"ALTER TABLE course_version ADD COLUMN {column}")
