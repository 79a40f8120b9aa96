"""Words for grades, rules, decisions and refusals."""

from nador.assessment.labels.accommodations import ease_lines
from nador.assessment.labels.questions import (
    credit,
    question_kind,
    question_state,
    question_state_look,
)
from nador.assessment.labels.refusals import ERRORS
from nador.assessment.labels.sheets import (
    gradebook_columns,
    gradebook_lines,
    sheet_names,
    sheet_value,
)
from nador.assessment.labels.states import (
    appeal_look,
    appeal_status,
    bins,
    category_note,
    decision,
    decision_look,
    grade_state,
    last_day,
    override_choices,
    person_in,
    row_filter,
    row_state,
    supposition,
)
from nador.assessment.labels.trace import (
    line_name,
    line_notes,
    line_threshold,
    line_value,
    overall,
    rule,
    share,
    trace_mark,
    verdict,
    verdict_look,
)
from nador.catalogue.labels import assessment_kind

__all__ = [
    "ERRORS",
    "appeal_look",
    "appeal_status",
    "assessment_kind",
    "bins",
    "category_note",
    "credit",
    "decision",
    "decision_look",
    "ease_lines",
    "grade_state",
    "gradebook_columns",
    "gradebook_lines",
    "last_day",
    "line_name",
    "line_notes",
    "line_threshold",
    "line_value",
    "overall",
    "override_choices",
    "person_in",
    "question_kind",
    "question_state",
    "question_state_look",
    "row_filter",
    "row_state",
    "rule",
    "share",
    "sheet_names",
    "sheet_value",
    "supposition",
    "trace_mark",
    "verdict",
    "verdict_look",
]
