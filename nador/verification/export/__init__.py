"""A copy of the register as static files: written, signed, hosted by anybody, read without us."""
