"""A certificate for machines: Open Badges 3.0 on Verifiable Credentials 2.0.

Nothing here knows the database or the web: facts and keys go in, signed documents come out.
"""
