"""Words for the states and refusals of accounts."""

ERRORS: dict[str, str] = {}
