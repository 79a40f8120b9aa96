"""A programme's certificate can be let stand although a part of it stands no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_upheld"
down_revision = "20261128_uploads"
branch_labels = None
depends_on = None

KINDS = "ck_certificate_event_certificateeventkind"
SNAPSHOT = ("certificate_id", "part_id", "by_id", "at")
# Whoever takes a name out of a reason empties it.
REASON = "new.reason <> old.reason AND new.reason <> ''"


def upgrade() -> None:
    """Keep who decided so, when and why, and let the certificate's history say it."""
    op.create_table(
        "upheld_part",
        sa.Column("certificate_id", BigId, nullable=False, autoincrement=False),
        sa.Column("part_id", BigId, nullable=False, autoincrement=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id", "part_id"],
            ["certificate_part.certificate_id", "certificate_part.part_id"],
            name="fk_upheld_part_certificate_id_certificate_part",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_upheld_part_by_id_person"),
        sa.PrimaryKeyConstraint("certificate_id", "part_id", name="pk_upheld_part"),
    )
    with op.batch_alter_table("certificate_event") as table:
        table.drop_constraint(op.f(KINDS), type_="check")
        table.create_check_constraint(
            op.f(KINDS), "kind IN ('issued', 'superseded', 'revoked', 'downloaded', 'upheld')"
        )
    _refuse("upheld_part", "DELETE", "1 = 1", "is kept for ever")
    _refuse("upheld_part", "UPDATE", _differs(SNAPSHOT), "is a snapshot")
    _refuse("upheld_part", "UPDATE", REASON, "keeps its reason", "reason")
    if op.get_bind().dialect.name == "sqlite":
        # A table that is made anew has lost its triggers.
        _refuse("certificate_event", "UPDATE", "1 = 1", "is append-only")
        _refuse("certificate_event", "DELETE", "1 = 1", "is kept for ever")


def _differs(columns: tuple[str, ...]) -> str:
    word = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _refuse(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    name = "_".join(part for part in ("guard", table, event.lower(), suffix) if part)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
