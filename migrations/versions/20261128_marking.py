"""Rubrics, plans of marking, the marks of each marker, and what markers give back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Hundredths, Json, UtcDateTime

revision = "20261128_marking"
down_revision = "20261128_accommodations"
branch_labels = None
depends_on = None

APPEND_ONLY = ("rubric_version", "mark_change")
PLACE = ("assessment_id", "enrolment_id", "role")
JUDGED = ("marker_id", "status", "value", "points", "rubric_version_id")
OWN = "new.marker_id = (SELECT person_id FROM enrolment WHERE id = new.enrolment_id)"


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('bank_comment',
    sa.Column('id', BigId, nullable=False),
    sa.Column('institute_id', BigId, nullable=False),
    sa.Column('person_id', BigId, nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', BigId, nullable=False),
    sa.CheckConstraint("text <> ''", name=op.f('ck_bank_comment_text')),
    sa.CheckConstraint('person_id IS NULL OR person_id = made_by_id', name=op.f('ck_bank_comment_own')),
    sa.ForeignKeyConstraint(['institute_id'], ['institute.id'], name=op.f('fk_bank_comment_institute_id_institute')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_bank_comment_made_by_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_bank_comment_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_comment'))
    )
    op.create_index(op.f('ix_bank_comment_institute_id_person_id'), 'bank_comment', ['institute_id', 'person_id'], unique=False)
    op.create_table('feedback_file',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', BigId, nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by_id', BigId, nullable=False),
    sa.CheckConstraint("name <> ''", name=op.f('ck_feedback_file_name')),
    sa.CheckConstraint('size > 0', name=op.f('ck_feedback_file_size')),
    sa.ForeignKeyConstraint(['added_by_id'], ['person.id'], name=op.f('fk_feedback_file_added_by_id_person')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_feedback_file_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_feedback_file_enrolment_id_enrolment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_file')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'name', name=op.f('uq_feedback_file_assessment_id_enrolment_id_name'))
    )
    op.create_index(op.f('ix_feedback_file_enrolment_id'), 'feedback_file', ['enrolment_id'], unique=False)
    op.create_table('feedback_upload',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('uploaded_at', UtcDateTime(), nullable=False),
    sa.Column('uploaded_by_id', BigId, nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_feedback_upload_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_feedback_upload_uploaded_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_upload'))
    )
    op.create_table('mark_allotment',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('role', sa.Enum('first', 'second', 'moderator', name='markrole', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('marker_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_mark_allotment_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_mark_allotment_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_mark_allotment_marker_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_allotment')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'marker_id', name=op.f('uq_mark_allotment_assessment_id_enrolment_id_marker_id')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'role', name=op.f('uq_mark_allotment_assessment_id_enrolment_id_role'))
    )
    op.create_index(op.f('ix_mark_allotment_marker_id'), 'mark_allotment', ['marker_id'], unique=False)
    op.create_table('marking_plan',
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('anonymous', sa.Boolean(), nullable=False),
    sa.Column('second', sa.Enum('none', 'sample', 'all', name='secondmarking', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('threshold', Hundredths(), nullable=False),
    sa.Column('borderline', Hundredths(), nullable=True),
    sa.Column('percent', BigId, nullable=True),
    sa.Column('seed', sa.String(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('revealed_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("second <> 'sample' OR borderline IS NOT NULL OR percent > 0", name=op.f('ck_marking_plan_sample_defined')),
    sa.CheckConstraint("seed <> ''", name=op.f('ck_marking_plan_seed')),
    sa.CheckConstraint('borderline >= 0', name=op.f('ck_marking_plan_borderline')),
    sa.CheckConstraint('percent BETWEEN 0 AND 100', name=op.f('ck_marking_plan_percent')),
    sa.CheckConstraint('threshold >= 0', name=op.f('ck_marking_plan_threshold')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_marking_plan_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('assessment_id', name=op.f('pk_marking_plan'))
    )
    op.create_table('rubric_version',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('number', BigId, nullable=False),
    sa.Column('kind', sa.Enum('rubric', 'guide', name='rubrickind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('criteria', Json, nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', BigId, nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_rubric_version_number')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_rubric_version_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_rubric_version_made_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rubric_version')),
    sa.UniqueConstraint('assessment_id', 'number', name=op.f('uq_rubric_version_assessment_id_number'))
    )
    op.create_table('mark',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('role', sa.Enum('first', 'second', 'moderator', name='markrole', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('marker_id', BigId, nullable=False),
    sa.Column('status', sa.Enum('draft', 'final', name='markstatus', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('value', Hundredths(), nullable=True),
    sa.Column('submission_id', BigId, nullable=True),
    sa.Column('rubric_version_id', BigId, nullable=True),
    sa.Column('points', Json, nullable=False),
    sa.Column('notes', Json, nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('second_due', sa.Boolean(), nullable=False),
    sa.Column('version', BigId, nullable=False),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.Column('final_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("(status = 'final') = (final_at IS NOT NULL)", name=op.f('ck_mark_final_at')),
    sa.CheckConstraint("NOT second_due OR role = 'first'", name=op.f('ck_mark_second_due')),
    sa.CheckConstraint("status <> 'final' OR value IS NOT NULL", name=op.f('ck_mark_final_has_value')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_mark_value')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_mark_version')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_mark_assessment_id_assessment')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_mark_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_mark_marker_id_person')),
    sa.ForeignKeyConstraint(['rubric_version_id'], ['rubric_version.id'], name=op.f('fk_mark_rubric_version_id_rubric_version')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_mark_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'marker_id', name=op.f('uq_mark_assessment_id_enrolment_id_marker_id')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'role', name=op.f('uq_mark_assessment_id_enrolment_id_role'))
    )
    op.create_index(op.f('ix_mark_enrolment_id'), 'mark', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_mark_marker_id'), 'mark', ['marker_id'], unique=False)
    op.create_table('mark_change',
    sa.Column('id', BigId, nullable=False),
    sa.Column('mark_id', BigId, nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', BigId, nullable=False),
    sa.Column('from_value', Hundredths(), nullable=True),
    sa.Column('to_value', Hundredths(), nullable=False),
    sa.Column('points', Json, nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_mark_change_by_id_person')),
    sa.ForeignKeyConstraint(['mark_id'], ['mark.id'], name=op.f('fk_mark_change_mark_id_mark')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mark_change'))
    )
    op.create_index(op.f('ix_mark_change_mark_id'), 'mark_change', ['mark_id'], unique=False)
    make = _postgresql if _on_postgresql() else _sqlite
    for table in APPEND_ONLY:
        make(table, "UPDATE", "1 = 1", "is append-only", "update")
        make(table, "DELETE", "1 = 1", "is kept for ever", "delete")
    make("mark", "DELETE", "old.status = 'final'", "is kept for ever", "kept")
    make("mark", "UPDATE", _differs(PLACE), "stays where it was given", "place")
    make("mark", "UPDATE", f"({_differs(JUDGED)}) AND new.version <> old.version + 1", "changes by one version", "version")
    make("mark", "UPDATE", "old.status = 'final' AND new.status = 'draft'", "is no draft again", "status")
    for table in ("mark", "mark_allotment"):
        _refuse_own(table)


def _refuse_own(table: str) -> None:
    """Nobody marks their own work, and nobody is named to."""
    reason = f"{table} is about own work"
    for event in ("INSERT", "UPDATE"):
        name = f"guard_{table}_own_{event.lower()}"
        if not _on_postgresql():
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"WHEN {OWN} BEGIN SELECT RAISE(ABORT, '{reason}'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {OWN} THEN RAISE EXCEPTION '{reason}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN new; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _differs(columns: tuple[str, ...]) -> str:
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
