"""Certification for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields

from nador.catalogue.queries import programme_by_code
from nador.certification import labels, policy, queries, service
from nador.certification.policy import READERS
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from nador.web import api
from nador.web.access import SIGNED_IN, access
from nador.web.rendering import send_pdf
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from flask import Response

    from nador.certification.models import Batch, Certificate

blueprint = api.blueprint("certification", "Issuing, files and revocation.")


class OrderedSchema(Schema):
    """An order that was taken."""

    batch = fields.Integer()


class FailureSchema(Schema):
    """Why somebody of an order has no certificate; a programme's order has no enrolments."""

    enrolment_id = fields.Integer(allow_none=True)
    person = fields.String()
    code = fields.String()
    reason = fields.String()


class IssuedSchema(Schema):
    """A certificate of an order."""

    enrolment_id = fields.Integer(allow_none=True)
    code = fields.String()


class BatchSchema(Schema):
    """How far an order has come."""

    id = fields.Integer()
    total = fields.Integer()
    pending = fields.Integer()
    issued = fields.Integer()
    failed = fields.Integer()
    failures = fields.List(fields.Nested(FailureSchema))
    certificates = fields.List(fields.Nested(IssuedSchema))


class RevocationSchema(Schema):
    """Why a certificate is revoked: for the file, and for the public."""

    reason = fields.String(required=True)
    public_reason = fields.String(required=True)


class RevokedSchema(Schema):
    """A certificate that no longer stands."""

    code = fields.String()
    status = fields.String()
    revoked_on = fields.String()
    public_reason = fields.String()


@blueprint.post("/runs/<int:run_id>/certificates")
@access(*READERS)
@blueprint.response(202, OrderedSchema)
def order(run_id: int) -> Response:
    """Order documents for everybody who passed a run and has none."""

    def call() -> Batch:
        return service.order_batch(db(), actor(), run_id=run_id, origin=settings().public_url)

    return api.once(call, present=lambda batch: {"batch": batch.id}, status=202)


@blueprint.post("/programmes/<code>/certificates")
@access(*READERS)
@blueprint.response(202, OrderedSchema)
def order_programme(code: str) -> Response:
    """Order documents for everybody who holds all courses of a programme and has none."""
    programme_id = programme_by_code(db(), code).id

    def call() -> Batch:
        origin = settings().public_url
        return service.order_programme(db(), actor(), programme_id=programme_id, origin=origin)

    return api.once(call, present=lambda batch: {"batch": batch.id}, status=202)


@blueprint.get("/batches/<int:batch_id>")
@access(*READERS)
@blueprint.response(200, BatchSchema)
def batch(batch_id: int) -> dict[str, Any]:
    """Tell how far an order has come, with each failure and its reason."""
    progress = queries.progress(db(), batch_id)
    policy.require_see(actor(), institute_id=progress.batch.institute_id)
    words = translator()
    people = queries.names_of(db(), [one.person_id for one in progress.failures])
    return {
        "id": batch_id,
        "total": progress.total,
        "pending": progress.pending,
        "issued": progress.issued,
        "failed": progress.failed,
        "failures": [
            {
                "enrolment_id": one.enrolment_id,
                "person": people[one.person_id].reference,
                "code": one.code,
                "reason": labels.failure(words, one.code, one.reason),
            }
            for one in progress.failures
        ],
        "certificates": [
            {"enrolment_id": one.enrolment_id, "code": one.code}
            for one in queries.of_batch(db(), batch_id)
            if one.status is not CertificateStatus.PENDING_ISSUE
        ],
    }


@blueprint.get("/certificates/<code>/file")
@access(SIGNED_IN)
def file(code: str) -> Response:
    """Hand out the PDF to its holder or to a certifier."""
    certificate, stored = service.hand_out(db(), actor(), code=code)
    return send_pdf(stored.sha256, name=certificate.code)


@blueprint.post("/certificates/<code>/revocation")
@access(*READERS)
@blueprint.arguments(RevocationSchema)
@blueprint.response(200, RevokedSchema)
def revoke(reasons: dict[str, str], code: str) -> Response:
    """Revoke a certificate."""
    return api.once(
        lambda: service.revoke(db(), actor(), code=code, **reasons), present=_revoked, status=200
    )


def _revoked(certificate: Certificate) -> dict[str, Any]:
    revoked_at = certificate.revoked_at
    return {
        "code": certificate.code,
        "status": certificate.status.value,
        "revoked_on": clock.local(revoked_at).date().isoformat() if revoked_at else None,
        "public_reason": certificate.public_reason,
    }
