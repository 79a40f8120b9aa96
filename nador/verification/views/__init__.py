"""Pages that anybody may ask, and that ask nobody who they are."""

from nador.verification.views import files, lists, pages, receipts
from nador.verification.views.routes import blueprint

__all__ = ["blueprint", "files", "lists", "pages", "receipts"]
