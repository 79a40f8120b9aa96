"""Programmes lead to certificates of their own: orders for them, and what those certificates rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId

revision = "20261128_programmes"
down_revision = "20261128_questions"
branch_labels = None
depends_on = None

PEOPLE = "(SELECT person_id FROM enrolment WHERE enrolment.id = batch_failure.enrolment_id)"


def upgrade() -> None:
    """Let an order be a programme's, name who could not be served, and keep parts for ever."""
    with op.batch_alter_table("batch") as batch:
        batch.alter_column("run_id", existing_type=BigId, nullable=True)
        batch.add_column(sa.Column("programme_id", BigId, nullable=True))
        batch.create_foreign_key("fk_batch_programme_id_programme", "programme", ["programme_id"], ["id"])
        batch.create_index("ix_batch_programme_id", ["programme_id"])
        batch.create_check_constraint(op.f("ck_batch_of_run_or_programme"), "(run_id IS NULL) <> (programme_id IS NULL)")
    op.add_column("batch_failure", sa.Column("person_id", BigId, nullable=True))
    op.execute(f"UPDATE batch_failure SET person_id = {PEOPLE}")
    with op.batch_alter_table("batch_failure") as failure:
        failure.alter_column("person_id", existing_type=BigId, nullable=False)
        failure.alter_column("enrolment_id", existing_type=BigId, nullable=True)
        failure.create_foreign_key("fk_batch_failure_person_id_person", "person", ["person_id"], ["id"])
        failure.drop_constraint("uq_batch_failure_batch_id_enrolment_id", type_="unique")
        failure.create_unique_constraint("uq_batch_failure_batch_id_person_id", ["batch_id", "person_id"])
    op.create_table(
        "certificate_part",
        sa.Column("certificate_id", BigId, nullable=False, autoincrement=False),
        sa.Column("part_id", BigId, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificate.id"], name="fk_certificate_part_certificate_id_certificate"),
        sa.ForeignKeyConstraint(["part_id"], ["certificate.id"], name="fk_certificate_part_part_id_certificate"),
        sa.PrimaryKeyConstraint("certificate_id", "part_id", name="pk_certificate_part"),
    )
    op.create_index("ix_certificate_part_part_id", "certificate_part", ["part_id"])
    for event, reason in (("UPDATE", "is append-only"), ("DELETE", "is kept for ever")):
        _refuse("certificate_part", event, reason)


def _refuse(table: str, event: str, reason: str) -> None:
    name = f"guard_{table}_{event.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
