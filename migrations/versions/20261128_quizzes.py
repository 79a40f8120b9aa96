"""Quizzes, attempts and every answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Hundredths, Json, UtcDateTime
from sqlalchemy.dialects import postgresql
revision = '20261128_quizzes'
down_revision = '20261128_upheld'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('quiz',
    sa.Column('assessment_id', BigId, autoincrement=False, nullable=False),
    sa.Column('opens_at', UtcDateTime(), nullable=True),
    sa.Column('closes_at', UtcDateTime(), nullable=True),
    sa.Column('minutes', BigId, nullable=True),
    sa.Column('attempts', BigId, nullable=True),
    sa.Column('counting', sa.Enum('highest', 'first', 'last', 'average', name='counting', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('grace', BigId, nullable=False),
    sa.Column('ending', sa.Enum('submit', 'abandon', name='ending', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('shuffle', sa.Boolean(), nullable=False),
    sa.Column('feedback', sa.Enum('after_hand_in', 'after_close', 'after_release', 'never', name='feedbacktime', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('paged', sa.Boolean(), nullable=False),
    sa.Column('ready_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('attempts > 0', name=op.f('ck_quiz_attempts')),
    sa.CheckConstraint('closes_at > opens_at', name=op.f('ck_quiz_window')),
    sa.CheckConstraint('grace >= 0', name=op.f('ck_quiz_grace')),
    sa.CheckConstraint('minutes > 0', name=op.f('ck_quiz_minutes')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_quiz_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('assessment_id', name=op.f('pk_quiz'))
    )
    op.create_table('attempt',
    sa.Column('id', BigId, nullable=False),
    sa.Column('assessment_id', BigId, nullable=False),
    sa.Column('enrolment_id', BigId, nullable=False),
    sa.Column('number', BigId, nullable=False),
    sa.Column('status', sa.Enum('in_progress', 'overdue', 'submitted', 'graded', 'abandoned', 'voided', name='attemptstatus', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('seed', BigId, nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=True),
    sa.Column('counts_until', UtcDateTime(), nullable=True),
    sa.Column('handed_in_at', UtcDateTime(), nullable=True),
    sa.Column('graded_at', UtcDateTime(), nullable=True),
    sa.Column('mark', Hundredths(), nullable=True),
    sa.Column('voided_at', UtcDateTime(), nullable=True),
    sa.Column('voided_by_id', BigId, nullable=True),
    sa.Column('void_reason', sa.String(), nullable=False),
    sa.CheckConstraint("(status = 'in_progress') = (handed_in_at IS NULL AND voided_at IS NULL)", name=op.f('ck_attempt_ended')),
    sa.CheckConstraint("(status = 'voided') = (voided_at IS NOT NULL) AND (voided_at IS NULL) = (voided_by_id IS NULL)", name=op.f('ck_attempt_voided_by_somebody')),
    sa.CheckConstraint("status <> 'graded' OR mark IS NOT NULL", name=op.f('ck_attempt_graded')),
    sa.CheckConstraint("status <> 'overdue'", name=op.f('ck_attempt_overdue_is_derived')),
    sa.CheckConstraint('(ends_at IS NULL) = (counts_until IS NULL) AND (ends_at IS NULL OR counts_until >= ends_at)', name=op.f('ck_attempt_grace_after_end')),
    sa.CheckConstraint('(mark IS NULL) = (graded_at IS NULL)', name=op.f('ck_attempt_graded_at')),
    sa.CheckConstraint('mark >= 0', name=op.f('ck_attempt_mark')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_attempt_number')),
    sa.ForeignKeyConstraint(['assessment_id'], ['quiz.assessment_id'], name=op.f('fk_attempt_assessment_id_quiz')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_attempt_enrolment_id_enrolment')),
    sa.ForeignKeyConstraint(['voided_by_id'], ['person.id'], name=op.f('fk_attempt_voided_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('assessment_id', 'enrolment_id', 'number', name=op.f('uq_attempt_assessment_id_enrolment_id_number'))
    )
    op.create_index(op.f('ix_attempt_enrolment_id'), 'attempt', ['enrolment_id'], unique=False)
    op.create_index(op.f('ix_attempt_status_counts_until'), 'attempt', ['status', 'counts_until'], unique=False)
    op.create_index('uq_attempt_running', 'attempt', ['assessment_id', 'enrolment_id'], unique=True, sqlite_where=sa.text("status = 'in_progress'"), postgresql_where=sa.text("status = 'in_progress'"))
    op.create_table('quiz_slot',
    sa.Column('id', BigId, nullable=False),
    sa.Column('quiz_id', BigId, nullable=False),
    sa.Column('position', BigId, nullable=False),
    sa.Column('question_id', BigId, nullable=True),
    sa.Column('category_id', BigId, nullable=True),
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('count', BigId, nullable=False),
    sa.Column('points', Hundredths(), nullable=False),
    sa.CheckConstraint('(question_id IS NULL) <> (category_id IS NULL)', name=op.f('ck_quiz_slot_one_source')),
    sa.CheckConstraint('count >= 1 AND (question_id IS NULL OR count = 1)', name=op.f('ck_quiz_slot_count')),
    sa.CheckConstraint('points > 0', name=op.f('ck_quiz_slot_points')),
    sa.ForeignKeyConstraint(['category_id'], ['question_category.id'], name=op.f('fk_quiz_slot_category_id_question_category')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_quiz_slot_question_id_question')),
    sa.ForeignKeyConstraint(['quiz_id'], ['quiz.assessment_id'], name=op.f('fk_quiz_slot_quiz_id_quiz')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quiz_slot')),
    sa.UniqueConstraint('quiz_id', 'position', name=op.f('uq_quiz_slot_quiz_id_position')),
    sa.UniqueConstraint('quiz_id', 'question_id', name=op.f('uq_quiz_slot_quiz_id_question_id'))
    )
    op.create_index(op.f('ix_quiz_slot_category_id'), 'quiz_slot', ['category_id'], unique=False)
    op.create_index(op.f('ix_quiz_slot_question_id'), 'quiz_slot', ['question_id'], unique=False)
    op.create_table('attempt_answer',
    sa.Column('id', BigId, nullable=False),
    sa.Column('attempt_id', BigId, nullable=False),
    sa.Column('position', BigId, nullable=False),
    sa.Column('version_id', BigId, nullable=False),
    sa.Column('graded_version_id', BigId, nullable=True),
    sa.Column('points', Hundredths(), nullable=False),
    sa.Column('answer', Json, nullable=False),
    sa.Column('sequence', BigId, nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=True),
    sa.Column('share', sa.String(), nullable=True),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('marked_by_id', BigId, nullable=True),
    sa.Column('marked_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('(marked_by_id IS NULL) = (marked_at IS NULL)', name=op.f('ck_attempt_answer_marked_by_somebody')),
    sa.CheckConstraint('(sequence = 0) = (saved_at IS NULL)', name=op.f('ck_attempt_answer_saved')),
    sa.CheckConstraint('sequence >= 0', name=op.f('ck_attempt_answer_sequence')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_answer_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['graded_version_id'], ['question_version.id'], name=op.f('fk_attempt_answer_graded_version_id_question_version')),
    sa.ForeignKeyConstraint(['marked_by_id'], ['person.id'], name=op.f('fk_attempt_answer_marked_by_id_person')),
    sa.ForeignKeyConstraint(['version_id'], ['question_version.id'], name=op.f('fk_attempt_answer_version_id_question_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt_answer')),
    sa.UniqueConstraint('attempt_id', 'position', name=op.f('uq_attempt_answer_attempt_id_position'))
    )
    op.create_index(op.f('ix_attempt_answer_version_id'), 'attempt_answer', ['version_id'], unique=False)
    op.create_table('attempt_grade',
    sa.Column('grade_change_id', BigId, autoincrement=False, nullable=False),
    sa.Column('attempt_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_grade_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['grade_change_id'], ['grade_change.id'], name=op.f('fk_attempt_grade_grade_change_id_grade_change')),
    sa.PrimaryKeyConstraint('grade_change_id', name=op.f('pk_attempt_grade'))
    )
    op.create_index(op.f('ix_attempt_grade_attempt_id'), 'attempt_grade', ['attempt_id'], unique=False)
    op.create_table('answer_aside',
    sa.Column('id', BigId, nullable=False),
    sa.Column('answer_id', BigId, nullable=False),
    sa.Column('reason', sa.Enum('late', 'stale', name='asidereason', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('sequence', BigId, nullable=False),
    sa.Column('answer', Json, nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('accepted_at', UtcDateTime(), nullable=True),
    sa.Column('accepted_by_id', BigId, nullable=True),
    sa.CheckConstraint('(accepted_at IS NULL) = (accepted_by_id IS NULL)', name=op.f('ck_answer_aside_accepted_by_somebody')),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['person.id'], name=op.f('fk_answer_aside_accepted_by_id_person')),
    sa.ForeignKeyConstraint(['answer_id'], ['attempt_answer.id'], name=op.f('fk_answer_aside_answer_id_attempt_answer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_aside'))
    )
    op.create_index(op.f('ix_answer_aside_answer_id'), 'answer_aside', ['answer_id'], unique=False)
    for table in ("attempt", "attempt_answer", "answer_aside", "attempt_grade"):
        _refuse(table, "DELETE", "1 = 1", "is kept for ever")
    for table, columns in FROZEN.items():
        _refuse(table, "UPDATE", _differs(columns), "is a snapshot")
    _refuse("attempt", "UPDATE", "old.status = 'voided'", "is voided for good", "voided")
    _refuse(
        "attempt",
        "UPDATE",
        "old.status <> 'in_progress' AND new.status = 'in_progress'",
        "is over for good",
        "over",
    )
    # Nothing that was shown as saved is lost to an older save, nor changed without one.
    _refuse(
        "attempt_answer",
        "UPDATE",
        f"new.sequence < old.sequence OR (new.sequence = old.sequence AND ({_differs(['answer'])}))",
        "never goes back",
        "sequence",
    )
    # Words of an erased person are emptied; nothing else is ever written over them.
    _refuse(
        "answer_aside",
        "UPDATE",
        f"({_differs(['answer'])}) AND {_text('new.answer')} <> '{{}}'",
        "keeps its words",
        "words",
    )


FROZEN = {
    "attempt": "assessment_id enrolment_id number seed started_at".split(),
    "attempt_answer": "attempt_id position version_id points".split(),
    "answer_aside": "answer_id reason sequence at".split(),
    "attempt_grade": "grade_change_id attempt_id".split(),
}


def _text(column: str) -> str:
    return f"{column}::text" if op.get_bind().dialect.name == "postgresql" else column


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
