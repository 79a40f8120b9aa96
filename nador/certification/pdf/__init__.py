"""The certificate as a PDF: pure of database and web."""

from nador.certification.pdf.merge import merge
from nador.certification.pdf.render import render
from nador.certification.pdf.sheet import Unprintable, require_printable
from nador.kernel.paper import Attachment

__all__ = ["Attachment", "Unprintable", "merge", "render", "require_printable"]
