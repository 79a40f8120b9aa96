"""Every table, imported once, for migrations and for the mapper."""

from nador.accounts import models as accounts
from nador.assessment import models as assessment
from nador.catalogue import models as catalogue
from nador.certification import models as certification
from nador.certification.changes import models as changes
from nador.enrolment import models as enrolment
from nador.kernel import audit, mail, work
from nador.kernel.db import Base
from nador.verification import models as verification
from nador.web import models as web

TABLES = (
    accounts,
    assessment,
    audit,
    catalogue,
    certification,
    changes,
    enrolment,
    mail,
    verification,
    web,
    work,
)
metadata = Base.metadata
