"""The registry: what was certified, to whom, and the files that say so."""

from nador.certification.models.certificates import (
    Certificate,
    CertificateEvent,
    CertificateFile,
    CertificatePart,
    DroppedFile,
    Reminder,
)
from nador.certification.models.credentials import Credential, StatusList
from nador.certification.models.keys import SigningKey
from nador.certification.models.log import LogCheckpoint, LogEntry, LogNode
from nador.certification.models.orders import Batch, BatchFailure, PrintJob
from nador.certification.models.templates import (
    CertificateTemplate,
    TemplatePicture,
    TemplateVersion,
)

__all__ = [
    "Batch",
    "BatchFailure",
    "Certificate",
    "CertificateEvent",
    "CertificateFile",
    "CertificatePart",
    "CertificateTemplate",
    "Credential",
    "DroppedFile",
    "LogCheckpoint",
    "LogEntry",
    "LogNode",
    "PrintJob",
    "Reminder",
    "SigningKey",
    "StatusList",
    "TemplatePicture",
    "TemplateVersion",
]
