"""Words for the states and refusals of certification."""

from nador.certification.labels.decisions import (
    act,
    correction,
    correction_look,
    proposal,
    proposal_look,
    told_of_proposal,
    told_of_request,
)
from nador.certification.labels.endings import ending_columns, ending_row
from nador.certification.labels.orders import batch, failure
from nador.certification.labels.refusals import ERRORS
from nador.certification.labels.states import annex, ends, event, kind, look, standing, status
from nador.certification.labels.templates import (
    LANGUAGES,
    SLOTS,
    flaw,
    in_language,
    picture,
    specimen,
    template_look,
    template_status,
)

__all__ = [
    "ERRORS",
    "LANGUAGES",
    "SLOTS",
    "act",
    "annex",
    "batch",
    "correction",
    "correction_look",
    "ending_columns",
    "ending_row",
    "ends",
    "event",
    "failure",
    "flaw",
    "in_language",
    "kind",
    "look",
    "picture",
    "proposal",
    "proposal_look",
    "specimen",
    "standing",
    "status",
    "template_look",
    "template_status",
    "told_of_proposal",
    "told_of_request",
]
