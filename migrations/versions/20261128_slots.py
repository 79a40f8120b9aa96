"""Times of oral and practical examinations, and who booked them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, UtcDateTime

revision = "20261128_slots"
down_revision = "20261128_eased_reasons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('slot',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('closes_at', UtcDateTime(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('examiner_id', BigId, nullable=False),
    sa.Column('capacity', BigId, nullable=False),
    sa.Column('booked', BigId, nullable=False),
    sa.Column('cancelled_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('booked BETWEEN 0 AND capacity', name=op.f('ck_slot_booked_within_capacity')),
    sa.CheckConstraint('cancelled_at IS NULL OR booked = 0', name=op.f('ck_slot_cancelled_is_empty')),
    sa.CheckConstraint('closes_at <= starts_at', name=op.f('ck_slot_closes_before')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_slot_times')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_slot_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['examiner_id'], ['person.id'], name=op.f('fk_slot_examiner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot'))
    )
    op.create_index(op.f('ix_slot_assessment_id_starts_at'), 'slot', ['assessment_id', 'starts_at'], unique=False)
    op.create_index(op.f('ix_slot_examiner_id'), 'slot', ['examiner_id'], unique=False)
    op.create_table('booking',
    sa.Column('id', BigId, nullable=False),
    sa.Column('slot_id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('booked_at', UtcDateTime(), nullable=False),
    sa.Column('booked_by_id', BigId, nullable=False),
    sa.Column('given_back_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_booking_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['booked_by_id'], ['person.id'], name=op.f('fk_booking_booked_by_id_person')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_booking_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['slot_id'], ['slot.id'], name=op.f('fk_booking_slot_id_slot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking'))
    )
    op.create_index(op.f('ix_booking_enrolment_id'), 'booking', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_booking_slot_id'), 'booking', ['slot_id'], unique=False)
    op.create_index('uq_booking_holds', 'booking', ['assessment_id', 'enrolment_id'], unique=True, sqlite_where=sa.text('given_back_at IS NULL'), postgresql_where=sa.text('given_back_at IS NULL'))
