"""Commands about people, their ways in, their roles and their centres."""

from nador.accounts.service.erasure import erase_person, obstacles
from nador.accounts.service.institutes import edit_institute, found_institute, retry_work
from nador.accounts.service.joining import (
    SignInFirst,
    ask_for_password,
    choose_password,
    confirm_email,
    enter_with_code,
    enter_with_link,
    sign_up,
)
from nador.accounts.service.people import (
    EmailTaken,
    add_person,
    confirm_names,
    correct_names,
    create_person,
    edit_person,
    end_role,
    grant_role,
    print_code,
)
from nador.accounts.service.profile import (
    ask_for_email,
    change_password,
    create_token,
    edit_profile,
    end_other_sessions,
    end_session,
    revoke_token,
)
from nador.accounts.service.signing_in import Attempt, end_sign_in, note_seen, sign_in

__all__ = [
    "Attempt",
    "EmailTaken",
    "SignInFirst",
    "add_person",
    "ask_for_email",
    "ask_for_password",
    "change_password",
    "choose_password",
    "confirm_email",
    "confirm_names",
    "correct_names",
    "create_person",
    "create_token",
    "edit_institute",
    "edit_person",
    "edit_profile",
    "end_other_sessions",
    "end_role",
    "end_session",
    "end_sign_in",
    "enter_with_code",
    "enter_with_link",
    "erase_person",
    "found_institute",
    "grant_role",
    "note_seen",
    "obstacles",
    "print_code",
    "retry_work",
    "revoke_token",
    "sign_in",
    "sign_up",
]
