"""What the grades of a run come to, kept so that no page counts them again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from nador.kernel.db import Base, primary_key


class RunFigures(Base):
    """The figures of a run as a worker counted them; they hold while the run is not touched."""

    __tablename__ = "run_figures"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    formula: Mapped[int]
    """By which version final marks were decided: figures of an older one hold no more."""
    figures: Mapped[dict[str, Any]]
    """As `queries.figures.Figures` writes them."""


class TouchedRun(Base):
    """That something changed on which a run's figures rest: triggers write it, a worker takes it away."""

    __tablename__ = "touched_run"

    id: Mapped[int] = primary_key()
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))

    __table_args__ = (Index(None, "run_id", "id"),)
