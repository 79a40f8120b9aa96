"""Certification for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from marshmallow import Schema, fields

from nador.catalogue.queries import programme_by_code
from nador.certification import labels, policy, queries, service
from nador.certification.changes import queries as changes
from nador.certification.changes.models import Proposal
from nador.certification.policy import READERS
from nador.certification.rules import CertificateStatus
from nador.kernel import clock
from nador.web import api
from nador.web.access import SIGNED_IN, access
from nador.web.rendering import send_pdf
from nador.web.request import actor, db, settings, translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from nador.certification.models import Certificate
    from nador.certification.service import Act

blueprint = api.blueprint("certification", "Issuing, files and revocation.")


class ProposalSchema(Schema):
    """What waits for a second person, or what became of it."""

    id = fields.Integer()
    kind = fields.String()
    status = fields.String()
    code = fields.String(allow_none=True)
    run = fields.Integer(allow_none=True)
    programme = fields.Integer(allow_none=True)
    proposed_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    answer = fields.String(allow_none=True)


class OrderedSchema(Schema):
    """An order that was taken; where two decide, the proposal instead."""

    batch = fields.Integer()
    proposal = fields.Nested(ProposalSchema)


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


class ReplacementSchema(Schema):
    """How the holder's name is to be spelt, and why; a name that is left out stays as the register has it."""

    name_latin = fields.String(allow_none=True)
    name_arabic = fields.String(allow_none=True)
    reason = fields.String(required=True)


class SuccessorSchema(Schema):
    """A certificate that takes the place of another, and is being made."""

    code = fields.String()
    status = fields.String()
    supersedes = fields.String()
    expires_on = fields.String(allow_none=True)


Done = TypeVar("Done")


def _submit(act: Act[Done], *, present: Callable[[Done], dict[str, Any]], status: int) -> Response:
    """Carry an act out; where two decide, answer 202 with the proposal that waits."""

    def say(done: Done | Proposal) -> dict[str, Any]:
        return {"proposal": _told(done)} if isinstance(done, Proposal) else present(done)

    return api.once(
        lambda: service.submit(db(), actor(), act=act, origin=settings().public_url),
        present=say,
        status=lambda done: 202 if isinstance(done, Proposal) else status,
    )


def _told(proposal: Proposal) -> dict[str, Any]:
    decided_at = proposal.decided_at
    return {
        "id": proposal.id,
        "kind": proposal.kind.value,
        "status": proposal.status.value,
        "code": proposal.act.get("code"),
        "run": proposal.run_id,
        "programme": proposal.programme_id,
        "proposed_at": proposal.proposed_at.isoformat(),
        "decided_at": decided_at.isoformat() if decided_at else None,
        "answer": proposal.answer,
    }


@blueprint.get("/proposals/<int:proposal_id>")
@access(*READERS)
@blueprint.response(200, ProposalSchema)
def proposal(proposal_id: int) -> Response:
    """Tell what became of a proposal; people confirm on a page, programs don't."""
    found = changes.proposal(db(), proposal_id)
    policy.require_see(actor(), institute_id=found.institute_id)
    return api.answer(_told(found))


@blueprint.post("/runs/<int:run_id>/certificates")
@access(*READERS)
@blueprint.response(202, OrderedSchema)
def order(run_id: int) -> Response:
    """Order documents for everybody who passed a run and has none."""
    return _submit(
        service.Issuing(run_id=run_id), present=lambda batch: {"batch": batch.id}, status=202
    )


@blueprint.post("/programmes/<code>/certificates")
@access(*READERS)
@blueprint.response(202, OrderedSchema)
def order_programme(code: str) -> Response:
    """Order documents for everybody who holds all courses of a programme and has none."""
    act = service.Issuing(programme_id=programme_by_code(db(), code).id)
    return _submit(act, present=lambda batch: {"batch": batch.id}, status=202)


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
    return _submit(service.Revoking(code=code, **reasons), present=_revoked, status=200)


def _revoked(certificate: Certificate) -> dict[str, Any]:
    revoked_at = certificate.revoked_at
    return {
        "code": certificate.code,
        "status": certificate.status.value,
        "revoked_on": clock.local(revoked_at).date().isoformat() if revoked_at else None,
        "public_reason": certificate.public_reason,
    }


@blueprint.post("/certificates/<code>/replacement")
@access(*READERS)
@blueprint.arguments(ReplacementSchema)
@blueprint.response(201, SuccessorSchema)
def replace(said: dict[str, Any], code: str) -> Response:
    """Correct the holder's name: a new certificate takes the place of this one."""
    one = queries.by_code(db(), code)
    policy.require_certify(actor(), institute_id=one.institute_id)
    person = changes.holder(db(), one)
    names = {"name_latin": person.name_latin, "name_arabic": person.name_arabic}
    act = service.Replacing(code=one.code, **(names | said))
    return _submit(act, present=_successor(one.code), status=201)


@blueprint.post("/certificates/<code>/renewal")
@access(*READERS)
@blueprint.response(201, SuccessorSchema)
def renew(code: str) -> Response:
    """Renew a certificate: a new one, with a new term, takes the place of this one."""
    one = queries.by_code(db(), code)
    policy.require_certify(actor(), institute_id=one.institute_id)
    return _submit(service.Renewing(code=one.code), present=_successor(one.code), status=201)


def _successor(old: str) -> Callable[[Certificate], dict[str, Any]]:
    return lambda new: {
        "code": new.code,
        "status": new.status.value,
        "supersedes": old,
        "expires_on": new.expires_on.isoformat() if new.expires_on else None,
    }
