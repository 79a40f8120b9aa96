"""Reads about institutes, people, grants and the ways in."""

from nador.accounts.queries.institutes import brand, is_demo
from nador.accounts.queries.visitors import (
    Door,
    Visitor,
    actor_by_email,
    door,
    visitor_with_cookie,
    visitor_with_token,
)

__all__ = [
    "Door",
    "Visitor",
    "actor_by_email",
    "brand",
    "door",
    "is_demo",
    "visitor_with_cookie",
    "visitor_with_token",
]
