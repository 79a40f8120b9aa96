"""Imports the Open University Learning Analytics Dataset: real runs of the size that a centre has.

Kuzilek, Hlosta, Zdrahal: Open University Learning Analytics dataset, Sci Data 4:170171 (2017), CC BY 4.0.
What the set does not say (hours, names in Arabic) is not made up: hours are the days of a presentation.
"""

from nador.demo.oulad.mapping import BANKED, DISTINCTION, IMPORTED
from nador.demo.oulad.reading import (
    OuladFileMissing,
    OuladLineUnreadable,
    Presentation,
    read,
)
from nador.demo.oulad.writing import Imported, import_presentation

__all__ = [
    "BANKED",
    "DISTINCTION",
    "IMPORTED",
    "Imported",
    "OuladFileMissing",
    "OuladLineUnreadable",
    "Presentation",
    "import_presentation",
    "read",
]
