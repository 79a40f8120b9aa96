"""The reason of an accommodation is never reworded; erasing a person empties it, also of an ended one."""

from __future__ import annotations

from alembic import op

revision = "20261128_eased_reasons"
down_revision = "20261128_check_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Guard the end and the reason apart."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    differ = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    name = "guard_accommodation_update_ended"
    if is_postgresql:
        op.execute(f"DROP TRIGGER {name} ON accommodation")
        op.execute(f"DROP FUNCTION {name}()")
    else:
        op.execute(f"DROP TRIGGER {name}")
    ended = (
        f"old.ended_at IS NOT NULL AND (new.ended_at {differ} old.ended_at "
        f"OR new.ended_by_id {differ} old.ended_by_id)"
    )
    _refuse(name, ended, "has ended for good")
    _refuse(
        "guard_accommodation_update_reason",
        "new.reason <> old.reason AND new.reason <> ''",
        "keeps its reason",
    )


def _refuse(name: str, when: str, reason: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON accommodation "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'accommodation {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'accommodation {reason}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON accommodation "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
