"""The blueprint that certification's pages share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("certification", __name__)
