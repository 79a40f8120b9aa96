"""Institutes, people, sign-in, role grants and tokens."""
