"""Commands of the terminal about people and tokens; whoever sits there looks after the machine."""

from __future__ import annotations

import click

from nador.accounts import labels, queries, service
from nador.accounts.rules import GRANTABLE, Scope
from nador.kernel import text
from nador.kernel.access import Role
from nador.kernel.errors import NotFound
from nador.kernel.i18n import translator
from nador.kernel.shell import Instance, open_instance


@click.group()
def token() -> None:
    """Keys of the API."""


@token.command("create")
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="Limit it: to reading, or to the grants of a role. Repeat for several.",
)
def create_token(email: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a token of this person, and print it: it is shown only now."""
    with open_instance() as instance, instance.sessions() as session:
        person_id = _person_id(instance, email)
        operator = queries.operator(session)
        click.echo(
            service.create_token(session, operator, person_id=person_id, name=name, scopes=scopes)
        )


def _person_id(instance: Instance, email: str) -> int:
    with instance.sessions() as session:
        person = queries.person_by_email(session, text.email(email))
    if person is None:
        raise NotFound
    return person.id


@click.group()
def person() -> None:
    """People of the register."""


@person.command("create")
@click.argument("email")
@click.option("--name-latin", default="", help="Name in Latin letters.")
@click.option("--name-arabic", default="", help="Name in Arabic letters.")
@click.option("--locale", default="ar", type=click.Choice(["ar", "fr", "en"]), show_default=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in GRANTABLE]),
    help="A role at the first institute. Repeat for several.",
)
def create_person(
    email: str, name_latin: str, name_arabic: str, locale: str, roles: tuple[str, ...]
) -> None:
    """Add a person, and grant them roles; somebody who is known only gets the roles."""
    with open_instance() as instance, instance.sessions() as session:
        operator = queries.operator(session)
        known = queries.person_by_email(session, text.email(email))
        person = known or service.create_person(
            session,
            operator,
            email=email,
            name_latin=name_latin,
            name_arabic=name_arabic,
            locale=locale,
        )
        institute = queries.first_institute(session)
        for role in roles:
            if institute is None:
                raise NotFound
            service.grant_role(
                session, operator, person_id=person.id, institute_id=institute.id, role=Role(role)
            )
        click.echo(person.reference)


@person.command("erase")
@click.argument("who", metavar="PERSON")
@click.option("--as", "email", required=True, help="E-mail of the administrator who erases.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_person(who: str, email: str, *, yes: bool) -> None:
    """Erase PERSON (e-mail or reference number): decisions stay, names go for good."""
    with open_instance() as instance, instance.sessions() as session:
        found = queries.person_by_email(session, who) or queries.person_by_reference(session, who)
        if found is None:
            raise NotFound
        if not yes:
            click.confirm(f"Erase {found.reference} for good?", abort=True)
        administrator = queries.actor_by_email(session, email)
        against = service.obstacles(session, administrator, person_id=found.id)
        for one in against:
            click.echo(labels.obstacle(translator("en"), one), err=True)
        service.erase_person(session, administrator, person_id=found.id)
        click.echo("The person is erased; workers delete the files.")


COMMANDS: list[click.Command] = [token, person]
