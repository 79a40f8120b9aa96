"""The catalogue file: read whole, refused with every fault and its line, or believed."""

from nador.catalogue.rules.importing.entries import (
    Catalogue,
    CourseEntry,
    ItemEntry,
    ProgrammeEntry,
    SkillEntry,
)
from nador.catalogue.rules.importing.faults import CatalogueRefused, Fault, FaultKind
from nador.catalogue.rules.importing.reading import TAUGHT_IN, read_catalogue
from nador.catalogue.rules.importing.values import LANGUAGES

__all__ = [
    "LANGUAGES",
    "TAUGHT_IN",
    "Catalogue",
    "CatalogueRefused",
    "CourseEntry",
    "Fault",
    "FaultKind",
    "ItemEntry",
    "ProgrammeEntry",
    "SkillEntry",
    "read_catalogue",
]
