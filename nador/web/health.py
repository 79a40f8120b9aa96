"""Alive, ready, and counted: pages for machines that watch this one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from nador.kernel import checkup, clock, schema, work
from nador.web.access import PUBLIC, access
from nador.web.api import answer
from nador.web.request import db, parts

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(PUBLIC, faceless=True)
def alive() -> Response:
    """Answer as long as the process lives."""
    return answer({"status": "alive"})


@blueprint.get("/readyz")
@access(PUBLIC, faceless=True)
def ready() -> Response:
    """Answer 200 when everything that a request needs is there, else 503 with what is missing."""
    checks = {name: _passes(check) for name, check in CHECKS.items()}
    return answer(
        {"ready": all(checks.values()), "checks": checks}, 200 if all(checks.values()) else 503
    )


@blueprint.get("/metrics")
@access(PUBLIC, faceless=True)
def metrics() -> Response:
    """Expose the counters of all processes in Prometheus' text format."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # it has no types
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> None:
    schema.check(parts().engine)


def _worker() -> None:
    if not work.worker_lives(db()):
        raise RuntimeError("no worker")


def _fonts() -> None:
    if any(checkup.damaged_files()):
        raise RuntimeError("documents can't be drawn")


def _keys() -> None:
    parts().settings.secret_key()
    # Only workers open the keys that sign.
    if work.told_troubles(db()):
        raise RuntimeError("a worker can't sign")


CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "worker": _worker,
    "keys": _keys,
    "time_zone": clock.check,
    "fonts": _fonts,
}


def _passes(check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
        return False
    return True
