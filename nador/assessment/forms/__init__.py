"""The forms of assessment: the gradebook's cells and what is decided about grades; questions stand beside."""

from nador.assessment.forms.gradebook import (
    AppealForm,
    AssignForm,
    CellInput,
    DecideForm,
    GradesForm,
    HideForm,
    NoSheet,
    OverrideForm,
    ReopenForm,
    SheetForm,
    SuppositionForm,
    in_field,
    key_of,
    one_entry,
)

__all__ = [
    "AppealForm",
    "AssignForm",
    "CellInput",
    "DecideForm",
    "GradesForm",
    "HideForm",
    "NoSheet",
    "OverrideForm",
    "ReopenForm",
    "SheetForm",
    "SuppositionForm",
    "in_field",
    "key_of",
    "one_entry",
]
