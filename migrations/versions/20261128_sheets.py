"""Template versions that staff edit: one in use and one draft at most, and nothing used changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_sheets"
down_revision = "20261128_erasure"
branch_labels = None
depends_on = None

FROZEN = "template_id number layout options created_at".split()
USED = "old.status <> 'draft'"


def upgrade() -> None:
    """Make the pictures' table, the indexes and the triggers."""
    op.create_table(
        "template_picture",
        sa.Column("id", BigId, nullable=False),
        sa.Column("institute_id", BigId, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by_id", BigId, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["institute_id"], ["institute.id"], name="fk_template_picture_institute_id_institute"),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name="fk_template_picture_added_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_template_picture"),
        sa.UniqueConstraint("institute_id", "sha256", name="uq_template_picture_institute_id_sha256"),
    )
    op.create_index("uq_certificate_template_kind", "certificate_template", ["institute_id", "kind"], unique=True)
    for status in ("active", "draft"):
        only = sa.text(f"status = '{status}'")
        op.create_index(
            f"uq_template_version_{status}", "template_version", ["template_id"],
            unique=True, sqlite_where=only, postgresql_where=only,
        )
    make = _postgresql if _on_postgresql() else _sqlite
    make("template_version", "UPDATE", f"{USED} AND ({_differs(FROZEN)})", "is a snapshot", "snapshot")
    make("template_version", "UPDATE", f"{USED} AND new.status = 'draft'", "is no draft again", "status")
    make("template_version", "DELETE", USED, "is kept for ever", "kept")
    _refuse_drafts_on_paper()


def _refuse_drafts_on_paper() -> None:
    """A certificate names no draft: what it was drawn by could still change."""
    name, reason = "guard_certificate_insert_draft", "certificate is drawn by a draft"
    draft = "(SELECT status FROM template_version WHERE id = new.template_version_id) = 'draft'"
    if not _on_postgresql():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON certificate "
            f"WHEN {draft} BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {draft} THEN RAISE EXCEPTION '{reason}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN new; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON certificate FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _differs(columns: list[str]) -> str:
    word = "IS DISTINCT FROM" if _on_postgresql() else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _sqlite(table: str, event: str, when: str, reason: str, suffix: str) -> None:
    op.execute(
        f"CREATE TRIGGER guard_{table}_{suffix} BEFORE {event} ON {table} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
    )


def _postgresql(table: str, event: str, when: str, reason: str, suffix: str) -> None:
    name = f"guard_{table}_{suffix}"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
