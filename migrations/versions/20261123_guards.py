"""What the database itself refuses: to forget or rewrite what was decided."""

from __future__ import annotations

from alembic import op

revision = "20261123_guards"
down_revision = "20261123_first"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "certificate_event", "grade_change", "log_checkpoint", "log_node")
KEPT = (
    "certificate",
    "certificate_file",
    "credential",
    "signing_key",
    "status_list",
    "log_entry",
)
FROZEN = {
    "certificate": (
        "uuid code code_key number institute_id person_id run_id programme_id enrolment_id batch_id "
        "template_version_id kind title issuer hours starts_on ends_on issued_on expires_on "
        "ordered_by_id ordered_at"
    ).split(),
    "certificate_file": "certificate_id sha256 size stored_at".split(),
    "credential": "certificate_id status_list_id status_index subject".split(),
    "status_list": "institute_id origin size".split(),
    "signing_key": "institute_id purpose kid chain storage created_at".split(),
    "log_entry": "leaf kind at".split(),
    "grade": "assessment_id enrolment_id".split(),
}
# Erasing a person takes the names out of the snapshot; nothing else may change them.
NAMES = ("holder_latin", "holder_arabic", "facts")
GRADED = ("value", "state")
# What was revoked or replaced is so for good, and what was issued waits no more.
UNDONE = (
    "new.status <> old.status AND "
    "(old.status IN ('revoked', 'superseded') OR new.status = 'pending_issue')"
)
ERASED = "new.holder_latin IS NULL AND new.holder_arabic IS NULL AND new.holder_hidden"


def upgrade() -> None:
    """Make the triggers."""
    make = _postgresql if op.get_bind().dialect.name == "postgresql" else _sqlite
    for table in APPEND_ONLY:
        make(table, "UPDATE", "1 = 1", "is append-only")
    for table in (*APPEND_ONLY, *KEPT):
        make(table, "DELETE", "1 = 1", "is kept for ever")
    for table, columns in FROZEN.items():
        make(table, "UPDATE", _differs(columns), "is a snapshot")
    make("certificate", "UPDATE", f"({_differs(NAMES)}) AND NOT ({ERASED})", "keeps its names", "names")
    make("log_entry", "UPDATE", f"old.leaf_index IS NOT NULL AND ({_differs(('leaf_index',))})", "keeps its index", "index")
    make("certificate", "UPDATE", UNDONE, "is decided for good", "status")
    # Each version of a grade has its line of history: none is skipped, and none is written over.
    make("grade", "UPDATE", f"({_differs(GRADED)}) AND new.version <> old.version + 1", "changes by one version", "version")


def _differs(columns: list[str] | tuple[str, ...]) -> str:
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
