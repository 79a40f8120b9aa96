"""The register for programs: one code, or a list of them."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from flask import request
from marshmallow import EXCLUDE, Schema, fields, validate

from nador.kernel import clock, codes
from nador.kernel.codes import Mistyped
from nador.kernel.errors import DomainError, describe
from nador.verification import files, lists, queries, rules
from nador.verification.forms import FILES, uploaded
from nador.verification.lists import LONGEST_LIST, LONGEST_TEXT, Line
from nador.verification.rules import NoSuchCertificate
from nador.web import api, errors
from nador.web.access import PUBLIC, access
from nador.web.request import engine, parts, reading, settings, translator
from nador.web.security import charge

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from flask.typing import ResponseReturnValue

blueprint = api.blueprint("verification", "Is this certificate what it says?")

MISSES: Final = "30/minute"
LISTS: Final = "30/minute"


class HolderSchema(Schema):
    """The holder's name in two scripts; one of them may be null."""

    latin = fields.String(allow_none=True)
    arabic = fields.String(allow_none=True)


class CertificateSchema(Schema):
    """What the register says; `title` and `issuer` by language, `holder` null when hidden."""

    code = fields.String()
    status = fields.String(metadata={"enum": [verdict.value for verdict in rules.Verdict]})
    kind = fields.String()
    holder = fields.Nested(HolderSchema, allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String())
    hours = fields.Integer()
    issued_on = fields.String()
    expires_on = fields.String(allow_none=True)
    issuer = fields.Dict(keys=fields.String(), values=fields.String())
    revoked_on = fields.String(allow_none=True)
    public_reason = fields.String(allow_none=True)
    superseded_by = fields.String(allow_none=True)


class ItemSchema(Schema):
    """One code to check; the name is compared with the holder's."""

    class Meta:
        """A column more than we know of is no reason to refuse a list."""

        unknown = EXCLUDE

    code = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))
    name = fields.String(
        load_default="", allow_none=True, validate=validate.Length(max=LONGEST_TEXT)
    )


class ListSchema(Schema):
    """Up to 1,000 codes."""

    items = fields.List(
        fields.Nested(ItemSchema),
        required=True,
        validate=validate.Length(min=1, max=LONGEST_LIST),
    )


class CheckedSchema(Schema):
    """The answer to one item: `status` as of a certificate, or `unknown`, or `mistyped`."""

    code = fields.String()
    status = fields.String()
    name = fields.String(allow_none=True, metadata={"enum": ["yes", "close", "no"]})
    certificate = fields.Nested(CertificateSchema, allow_none=True)


class OutcomesSchema(Schema):
    """One answer per item, in the order of the list."""

    items = fields.List(fields.Nested(CheckedSchema))


@blueprint.get("/certificates/<code>")
@access(PUBLIC, faceless=True)
@blueprint.doc(summary="What the register says of a code")
@blueprint.alt_response(200, schema=CertificateSchema)
def certificate(code: str) -> Response:
    """Answer for one code; 404 for a code that nobody has, or that is mistyped."""
    try:
        view = queries.get(engine(), codes.parse(code[:LONGEST_TEXT]))
    except (Mistyped, NoSuchCertificate) as refusal:
        return _missing(refusal)
    return api.answer(rules.published(view, today=clock.today()))


def _or_a_file(listed: Callable[..., Any]) -> Callable[..., Any]:
    """Answer for a file where the body is a form that carries one; else for a list."""

    @wraps(listed)
    def either() -> ResponseReturnValue:
        if request.mimetype != "multipart/form-data":
            answered: ResponseReturnValue = listed()
            return answered
        charge(FILES, "files")
        checked = files.check(uploaded(), parts().sessions, settings())
        return api.answer({"items": [rules.published_file(checked, today=clock.today())]})

    return either


@blueprint.post("/verifications")
@access(PUBLIC, faceless=True)
@_or_a_file
@blueprint.arguments(ListSchema)
@blueprint.response(200, OutcomesSchema)
@blueprint.doc(summary="Check a list of codes, with names where there are some; or a file")
def verifications(listed: dict[str, Any]) -> dict[str, Any]:
    """Answer for up to 1,000 codes at once; or, in multipart/form-data, for one `file` of 5 MB."""
    charge(LISTS, "lists of codes")
    lines = [Line(item["code"], item["name"] or "") for item in listed["items"]]
    return {"items": [_outcome(one) for one in lists.check(reading(), lines)]}


def _outcome(checked: rules.Checked) -> dict[str, Any]:
    view, today = checked.view, clock.today()
    return {
        "code": checked.typed,
        "status": checked.standing(today).value,
        "name": checked.name.value if checked.name else None,
        "certificate": rules.published(view, today=today) if view else None,
    }


def _missing(refusal: DomainError) -> Response:
    if isinstance(refusal, NoSuchCertificate):
        charge(MISSES, "codes that nobody has")
    return errors.problem(404, refusal.code, describe(refusal, translator()))
