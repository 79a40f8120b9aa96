"""Groups of learners, and what is eased for whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = '20261128_accommodations'
down_revision = '20261128_submissions'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('run_group',
    sa.Column('id', BigId, nullable=False),
    sa.Column('run_id', BigId, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_folded', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_run_group_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_group')),
    sa.UniqueConstraint('run_id', 'name_folded', name=op.f('uq_run_group_run_id_name_folded'))
    )
    op.create_table('accommodation',
    sa.Column('id', BigId, nullable=False),
    sa.Column('run_id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=True),
    sa.Column('enrolment_id', BigId, nullable=True),
    sa.Column('group_id', BigId, nullable=True),
    sa.Column('extra_time', BigId, nullable=False),
    sa.Column('extra_days', BigId, nullable=False),
    sa.Column('extra_attempts', BigId, nullable=False),
    sa.Column('opens_at', UtcDateTime(), nullable=True),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('closes_at', UtcDateTime(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('given_at', UtcDateTime(), nullable=False),
    sa.Column('given_by_id', BigId, nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', BigId, nullable=True),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by_id IS NULL)', name=op.f('ck_accommodation_ended_by_somebody')),
    sa.CheckConstraint('(enrolment_id IS NULL) <> (group_id IS NULL)', name=op.f('ck_accommodation_for_one')),
    sa.CheckConstraint('assessment_id IS NOT NULL OR (opens_at IS NULL AND due_at IS NULL AND closes_at IS NULL)', name=op.f('ck_accommodation_dates_of_one_assessment')),
    sa.CheckConstraint('extra_attempts BETWEEN 0 AND 20', name=op.f('ck_accommodation_extra_attempts')),
    sa.CheckConstraint('extra_days BETWEEN 0 AND 365', name=op.f('ck_accommodation_extra_days')),
    sa.CheckConstraint('extra_time > 0 OR extra_days > 0 OR extra_attempts > 0 OR opens_at IS NOT NULL OR due_at IS NOT NULL OR closes_at IS NOT NULL', name=op.f('ck_accommodation_gives_something')),
    sa.CheckConstraint('extra_time BETWEEN 0 AND 400', name=op.f('ck_accommodation_extra_time')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_accommodation_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_accommodation_ended_by_id_person')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_accommodation_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['given_by_id'], ['person.id'], name=op.f('fk_accommodation_given_by_id_person')),
    sa.ForeignKeyConstraint(['group_id'], ['run_group.id'], name=op.f('fk_accommodation_group_id_run_group')),
    sa.ForeignKeyConstraint(['run_id'], ['run.id'], name=op.f('fk_accommodation_run_id_run')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accommodation'))
    )
    op.create_index(op.f('ix_accommodation_assessment_id'), 'accommodation', ['assessment_id'], unique=False)
    op.create_index(op.f('ix_accommodation_enrolment_id'), 'accommodation', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_accommodation_group_id'), 'accommodation', ['group_id'], unique=False)
    op.create_index(op.f('ix_accommodation_run_id_ended_at'), 'accommodation', ['run_id', 'ended_at'], unique=False)
    op.create_table('run_group_member',
    sa.Column('group_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_run_group_member_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['group_id'], ['run_group.id'], name=op.f('fk_run_group_member_group_id_run_group')),
    sa.PrimaryKeyConstraint('group_id', 'enrolment_id', name=op.f('pk_run_group_member'))
    )
    op.create_index(op.f('ix_run_group_member_enrolment_id'), 'run_group_member', ['enrolment_id'], unique=False)
    _refuse("accommodation", "DELETE", "1 = 1", "is kept for ever")
    _refuse("accommodation", "UPDATE", _differs(FROZEN), "is never reworded")
    _refuse("accommodation", "UPDATE", "old.ended_at IS NOT NULL", "has ended for good", "ended")


FROZEN = (
    "run_id assessment_id enrolment_id group_id extra_time extra_days extra_attempts opens_at due_at "
    "closes_at given_at given_by_id"
).split()


def _differs(columns: list[str]) -> str:
    word = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _refuse(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    name = "_".join(part for part in ("guard", table, event.lower(), suffix) if part)
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
