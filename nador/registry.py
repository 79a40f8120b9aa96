"""Every table, imported once, for migrations and for the mapper."""

import nador.accounts.models
import nador.assessment.models
import nador.catalogue.models
import nador.certification.models
import nador.enrolment.models
import nador.kernel.audit
import nador.kernel.mail
import nador.kernel.work
import nador.web.models
from nador.kernel.db import Base

metadata = Base.metadata

__all__ = ["metadata"]
