"""Sentences for what the web layer and the kernel's table refuse."""

from nador.kernel.i18n import msgid

ERRORS = {
    "forbidden": msgid("You can see this, but your role does not allow you to do it."),
    "own_case": msgid("Nobody decides in their own case. Ask a colleague to do it."),
    "not_signed_in": msgid("Send a valid token in the Authorization header."),
    "idempotency_key_reused": msgid(
        "This Idempotency-Key was used with another body. Send a new key."
    ),
    "not_a_json_object": msgid("Send a JSON object."),
}
