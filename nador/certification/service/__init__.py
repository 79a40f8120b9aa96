"""Commands of certification: order, issue, print, revoke, replace, renew; proposals and requests."""

from nador.certification.service.acts import Act, Issuing, Renewing, Replacing, Revoking
from nador.certification.service.corrections import (
    approve_correction,
    ask_for_correction,
    deny_correction,
)
from nador.certification.service.credentials import (
    LIST,
    Signed,
    SignedList,
    record_list,
    record_signing,
)
from nador.certification.service.decisions import hide_holder, let_stand, renew, replace, revoke
from nador.certification.service.erasure import DROP, erase_holder, record_dropped
from nador.certification.service.freezing import active_template, draft_facts, issuer_of
from nador.certification.service.grounds import besides_of_run, besides_of_whole, programme_facts
from nador.certification.service.keys import make_first_keys, retire_key, rotate_key, take_key
from nador.certification.service.log import AT_ONCE, Grown, record_checkpoint
from nador.certification.service.log import append as append_to_log
from nador.certification.service.orders import (
    confirm_names,
    confirm_names_of_programme,
    order_batch,
    order_programme,
    retry,
)
from nador.certification.service.outcomes import (
    OLD_PRINTS,
    PRINT,
    Drawn,
    Merged,
    forget_print,
    hand_out,
    order_print,
    record_issue,
    record_not_drawn,
    record_not_printed,
    record_print,
)
from nador.certification.service.proposals import approve, deny, submit, withdraw
from nador.certification.service.reminders import REMIND, record_reminder
from nador.certification.service.templates import (
    activate_version,
    archive_version,
    begin_template,
    copy_version,
    save_draft,
)

__all__ = [
    "AT_ONCE",
    "DROP",
    "LIST",
    "OLD_PRINTS",
    "PRINT",
    "REMIND",
    "Act",
    "Drawn",
    "Grown",
    "Issuing",
    "Merged",
    "Renewing",
    "Replacing",
    "Revoking",
    "Signed",
    "SignedList",
    "activate_version",
    "active_template",
    "append_to_log",
    "approve",
    "approve_correction",
    "archive_version",
    "ask_for_correction",
    "begin_template",
    "besides_of_run",
    "besides_of_whole",
    "confirm_names",
    "confirm_names_of_programme",
    "copy_version",
    "deny",
    "deny_correction",
    "draft_facts",
    "erase_holder",
    "forget_print",
    "hand_out",
    "hide_holder",
    "issuer_of",
    "let_stand",
    "make_first_keys",
    "order_batch",
    "order_print",
    "order_programme",
    "programme_facts",
    "record_checkpoint",
    "record_dropped",
    "record_issue",
    "record_list",
    "record_not_drawn",
    "record_not_printed",
    "record_print",
    "record_reminder",
    "record_signing",
    "renew",
    "replace",
    "retire_key",
    "retry",
    "revoke",
    "rotate_key",
    "save_draft",
    "submit",
    "take_key",
    "withdraw",
]
