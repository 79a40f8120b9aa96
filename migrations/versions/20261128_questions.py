"""Banks of questions, their versions frozen and kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nador.kernel.db import BigId, Json, UtcDateTime

revision = '20261128_questions'
down_revision = '20261123_guards'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and what guards them."""
    op.create_table('question_bank',
    sa.Column('id', BigId, nullable=False),
    sa.Column('institute_id', BigId, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_folded', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', BigId, nullable=True),
    sa.ForeignKeyConstraint(['institute_id'], ['institute.id'], name=op.f('fk_question_bank_institute_id_institute')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_question_bank_made_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_bank')),
    sa.UniqueConstraint('institute_id', 'name_folded', name=op.f('uq_question_bank_institute_id_name_folded'))
    )
    op.create_table('question_category',
    sa.Column('id', BigId, nullable=False),
    sa.Column('bank_id', BigId, nullable=False),
    sa.Column('parent_id', BigId, nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_folded', sa.String(), nullable=False),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_question_category_not_its_own_parent')),
    sa.ForeignKeyConstraint(['bank_id'], ['question_bank.id'], name=op.f('fk_question_category_bank_id_question_bank')),
    sa.ForeignKeyConstraint(['parent_id'], ['question_category.id'], name=op.f('fk_question_category_parent_id_question_category')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_category'))
    )
    op.create_index(op.f('ix_question_category_bank_id'), 'question_category', ['bank_id'], unique=False)
    op.create_index('uq_question_category_branch', 'question_category', ['parent_id', 'name_folded'], unique=True, sqlite_where=sa.text('parent_id IS NOT NULL'), postgresql_where=sa.text('parent_id IS NOT NULL'))
    op.create_index('uq_question_category_root', 'question_category', ['bank_id', 'name_folded'], unique=True, sqlite_where=sa.text('parent_id IS NULL'), postgresql_where=sa.text('parent_id IS NULL'))
    op.create_table('question_file',
    sa.Column('id', BigId, nullable=False),
    sa.Column('bank_id', BigId, nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', BigId, nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_question_file_size')),
    sa.ForeignKeyConstraint(['bank_id'], ['question_bank.id'], name=op.f('fk_question_file_bank_id_question_bank')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_file')),
    sa.UniqueConstraint('bank_id', 'sha256', name=op.f('uq_question_file_bank_id_sha256'))
    )
    op.create_table('question',
    sa.Column('id', BigId, nullable=False),
    sa.Column('bank_id', BigId, nullable=False),
    sa.Column('category_id', BigId, nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'ready', 'retired', name='questionstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('latest', BigId, nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', BigId, nullable=True),
    sa.CheckConstraint('latest >= 1', name=op.f('ck_question_latest')),
    sa.ForeignKeyConstraint(['bank_id'], ['question_bank.id'], name=op.f('fk_question_bank_id_question_bank')),
    sa.ForeignKeyConstraint(['category_id'], ['question_category.id'], name=op.f('fk_question_category_id_question_category')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_question_made_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    op.create_index(op.f('ix_question_bank_id_state'), 'question', ['bank_id', 'state'], unique=False)
    op.create_index(op.f('ix_question_category_id'), 'question', ['category_id'], unique=False)
    op.create_table('question_tag',
    sa.Column('id', BigId, nullable=False),
    sa.Column('question_id', BigId, nullable=False),
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('folded', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_tag_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_tag')),
    sa.UniqueConstraint('question_id', 'folded', name=op.f('uq_question_tag_question_id_folded'))
    )
    op.create_index(op.f('ix_question_tag_folded'), 'question_tag', ['folded'], unique=False)
    op.create_table('question_version',
    sa.Column('id', BigId, nullable=False),
    sa.Column('question_id', BigId, nullable=False),
    sa.Column('number', BigId, nullable=False),
    sa.Column('content', Json, nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', BigId, nullable=True),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('number >= 1', name=op.f('ck_question_version_number')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_question_version_made_by_id_person')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_version_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_version')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_version_question_id_number'))
    )
    if op.get_bind().dialect.name == "postgresql":
        make, differs = _postgresql, "IS DISTINCT FROM"
    else:
        make, differs = _sqlite, "IS NOT"
    changed = " OR ".join(f"new.{column} {differs} old.{column}" for column in FROZEN)
    make("UPDATE", changed, "is a snapshot")
    make("UPDATE", "old.used_at IS NOT NULL AND new.used_at IS NULL", "stays used", "used")
    make("DELETE", "old.used_at IS NOT NULL", "was used and is kept", "used")


FROZEN = ("question_id", "number", "content", "made_at", "made_by_id")


def _sqlite(event: str, when: str, reason: str, suffix: str = "content") -> None:
    op.execute(
        f"CREATE TRIGGER guard_question_version_{event.lower()}_{suffix} BEFORE {event} "
        f"ON question_version WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, 'question_version {reason}'); END"
    )


def _postgresql(event: str, when: str, reason: str, suffix: str = "content") -> None:
    name = f"guard_question_version_{event.lower()}_{suffix}"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION 'question_version {reason}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON question_version "
        f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
    )
