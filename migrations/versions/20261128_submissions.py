"""Assignments and what is handed in for them: kept as it was handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Hundredths, Json, UtcDateTime

revision = "20261128_submissions"
down_revision = "20261128_second_person"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('assignment',
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('instructions', sa.String(), nullable=False),
    sa.Column('opens_at', UtcDateTime(), nullable=True),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('cut_off_at', UtcDateTime(), nullable=True),
    sa.Column('late_percent', Hundredths(), nullable=False),
    sa.Column('late_unit', sa.Enum('hour', 'day', name='penaltyunit', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('late_floor', Hundredths(), nullable=False),
    sa.Column('takes_text', sa.Boolean(), nullable=False),
    sa.Column('takes_files', sa.Boolean(), nullable=False),
    sa.Column('kinds', Json, nullable=False),
    sa.Column('most_files', BigId, nullable=False),
    sa.Column('largest', BigId, nullable=False),
    sa.Column('resubmission', sa.Boolean(), nullable=False),
    sa.Column('by_group', sa.Boolean(), nullable=False),
    sa.Column('own_work', sa.Boolean(), nullable=False),
    sa.CheckConstraint('due_at <= cut_off_at', name=op.f('ck_assignment_due_before_cut_off')),
    sa.CheckConstraint('largest BETWEEN 1024 AND 104857600', name=op.f('ck_assignment_largest')),
    sa.CheckConstraint('late_floor BETWEEN 0 AND 10000', name=op.f('ck_assignment_late_floor')),
    sa.CheckConstraint('late_percent BETWEEN 0 AND 10000', name=op.f('ck_assignment_late_percent')),
    sa.CheckConstraint('most_files BETWEEN 1 AND 20', name=op.f('ck_assignment_most_files')),
    sa.CheckConstraint('opens_at < cut_off_at', name=op.f('ck_assignment_opens_before_cut_off')),
    sa.CheckConstraint('opens_at < due_at', name=op.f('ck_assignment_opens_before_due')),
    sa.CheckConstraint('takes_text OR takes_files', name=op.f('ck_assignment_takes_something')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assignment_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('assessment_id', name=op.f('pk_assignment'))
    )
    op.create_table('submission',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('number', BigId, nullable=False),
    sa.Column('status', sa.Enum('draft', 'submitted', 'returned', name='submissionstatus', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('text_sequence', BigId, nullable=False),
    sa.Column('begun_at', UtcDateTime(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.Column('handed_in_at', UtcDateTime(), nullable=True),
    sa.Column('handed_in_by_id', BigId, nullable=True),
    sa.Column('due_at', UtcDateTime(), nullable=True),
    sa.Column('receipt', sa.String(), nullable=True),
    sa.Column('receipt_sha256', sa.String(), nullable=True),
    sa.Column('feedback', sa.String(), nullable=False),
    sa.Column('returned_at', UtcDateTime(), nullable=True),
    sa.Column('returned_by_id', BigId, nullable=True),
    sa.CheckConstraint("(status = 'draft') = (handed_in_at IS NULL)", name=op.f('ck_submission_handed_in')),
    sa.CheckConstraint("(status = 'returned') = (returned_at IS NOT NULL)", name=op.f('ck_submission_returned')),
    sa.CheckConstraint('(handed_in_at IS NULL) = (handed_in_by_id IS NULL)', name=op.f('ck_submission_handed_in_by_somebody')),
    sa.CheckConstraint('(handed_in_at IS NULL) = (receipt_sha256 IS NULL) AND (receipt IS NULL) = (receipt_sha256 IS NULL)', name=op.f('ck_submission_receipt')),
    sa.CheckConstraint('(returned_at IS NULL) = (returned_by_id IS NULL)', name=op.f('ck_submission_returned_by_somebody')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_submission_number')),
    sa.CheckConstraint('text_sequence >= 0', name=op.f('ck_submission_text_sequence')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_submission_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_submission_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['handed_in_by_id'], ['person.id'], name=op.f('fk_submission_handed_in_by_id_person')),
    sa.ForeignKeyConstraint(['returned_by_id'], ['person.id'], name=op.f('fk_submission_returned_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'number', name=op.f('uq_submission_assessment_id_enrolment_id_number'))
    )
    op.create_index(op.f('ix_submission_assessment_id_status_handed_in_at'), 'submission', ['assessment_id', 'status', 'handed_in_at'], unique=False)
    op.create_index(op.f('ix_submission_enrolment_id'), 'submission', ['enrolment_id'], unique=False)
    op.create_index('uq_submission_draft', 'submission', ['assessment_id', 'enrolment_id'], unique=True, sqlite_where=sa.text("status = 'draft'"), postgresql_where=sa.text("status = 'draft'"))
    op.create_table('submission_author',
    sa.Column('submission_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('value', Hundredths(), nullable=True),
    sa.Column('deducted', Hundredths(), nullable=True),
    sa.CheckConstraint('(value IS NULL) = (deducted IS NULL)', name=op.f('ck_submission_author_deducted_from_something')),
    sa.CheckConstraint('deducted BETWEEN 0 AND value', name=op.f('ck_submission_author_deducted')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_submission_author_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_author_submission_id_submission')),
    sa.PrimaryKeyConstraint('submission_id', 'enrolment_id', name=op.f('pk_submission_author'))
    )
    op.create_index(op.f('ix_submission_author_enrolment_id'), 'submission_author', ['enrolment_id'], unique=False)
    op.create_table('submission_file',
    sa.Column('id', BigId, nullable=False),
    sa.Column('submission_id', BigId, nullable=False),
    sa.Column('purpose', sa.Enum('work', 'feedback', name='filepurpose', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('pdf', 'docx', 'xlsx', 'pptx', 'odt', 'png', 'jpeg', 'webp', 'text', 'markdown', 'csv', 'python', 'notebook', 'zip', name='filekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('size', BigId, nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('scan', sa.Enum('unscanned', 'waiting', 'clean', 'infected', name='scanstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('stored_at', UtcDateTime(), nullable=False),
    sa.Column('stored_by_id', BigId, nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_submission_file_name')),
    sa.CheckConstraint('size > 0', name=op.f('ck_submission_file_size')),
    sa.ForeignKeyConstraint(['stored_by_id'], ['person.id'], name=op.f('fk_submission_file_stored_by_id_person')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_file_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_file')),
    sa.UniqueConstraint('submission_id', 'purpose', 'name', name=op.f('uq_submission_file_submission_id_purpose_name'))
    )
    op.create_index(op.f('ix_submission_file_scan'), 'submission_file', ['scan'], unique=False)
    op.create_index(op.f('ix_submission_file_sha256'), 'submission_file', ['sha256'], unique=False)
    make = _postgresql if op.get_bind().dialect.name == "postgresql" else _sqlite
    for table, columns in FROZEN.items():
        make(table, "UPDATE", _differs(columns), "is a snapshot")
    make("submission", "DELETE", "old.status <> 'draft'", "is kept for ever")
    make("submission", "UPDATE", f"old.status <> 'draft' AND ({_differs(HANDED_IN)})", "was handed in", "handed_in")
    make("submission", "UPDATE", "old.status <> 'draft' AND new.status = 'draft'", "is no draft again", "status")
    # Erasing a person empties words; nothing rewords what was handed in.
    for column in ("text", "receipt"):
        changed = f"old.status <> 'draft' AND new.{column} <> old.{column} AND new.{column} <> ''"
        make("submission", "UPDATE", changed, "keeps its words", column)


FROZEN = {
    "submission": ("assessment_id", "enrolment_id", "number", "begun_at"),
    "submission_author": ("submission_id", "enrolment_id"),
    "submission_file": ("submission_id", "purpose", "kind", "size", "sha256", "stored_at", "stored_by_id"),
}
HANDED_IN = ("text_sequence", "saved_at", "handed_in_at", "handed_in_by_id", "receipt_sha256")


def _differs(columns: tuple[str, ...]) -> str:
    word = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"new.{column} {word} old.{column}" for column in columns)


def _sqlite(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {_name(table, event, suffix)} BEFORE {event} ON {table} "
        f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{table} {reason}'); END"
    )


def _postgresql(table: str, event: str, when: str, reason: str, suffix: str = "") -> None:
    name = _name(table, event, suffix)
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} {reason}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )


def _name(table: str, event: str, suffix: str) -> str:
    return "_".join(part for part in ("guard", table, event.lower(), suffix) if part)
