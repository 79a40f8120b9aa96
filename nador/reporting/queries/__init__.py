"""Reads that bring several features together."""

from nador.reporting.queries.board import (
    Learning,
    ToDo,
    board,
    my_certificates,
    my_learning,
    next_place,
)
from nador.reporting.queries.mentions import Mention, Mentions, mentions

__all__ = [
    "Learning",
    "Mention",
    "Mentions",
    "ToDo",
    "board",
    "mentions",
    "my_certificates",
    "my_learning",
    "next_place",
]
