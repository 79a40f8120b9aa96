"""Everything that is set from outside, read once from the environment."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


class WrongSetting(Exception):
    """A setting can't be used; the message is one line that says what to write."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, what holds when it is not set, and what it means."""

    name: str
    default: str
    meaning: str


DECLARED: tuple[Setting, ...] = (
    Setting("NADOR_INSTANCE", "instance/", "folder of the database, the keys and the files"),
    Setting("NADOR_DATABASE_URL", "", "SQLite in the instance, or postgresql+psycopg://…"),
    Setting("PORT", "8000", "the port of `nador serve` and `nador demo`, on the loopback address"),
    Setting(
        "NADOR_PUBLIC_URL",
        "",
        "origin in links, QR codes and did:web; default the port on 127.0.0.1",
    ),
    Setting(
        "NADOR_SECRET_KEY_FILE", "", "file with the cookie-signing key; default in the instance"
    ),
    Setting("NADOR_FILES_URL", "", "a folder, default in the instance"),
    Setting("NADOR_BROKER_URL", "", "leave it empty: `nador worker` needs no broker"),
    Setting(
        "NADOR_MAIL_URL", "", "empty: mails are kept in the instance; smtp://user:pass@host:25"
    ),
    Setting(
        "NADOR_LIMITS_URL", "memory://", "where rate limits are counted: memory:// or redis://…"
    ),
    Setting(
        "NADOR_KEY_PASSPHRASE_FILE",
        "",
        "file with the passphrase of the signing keys; default in the instance",
    ),
    Setting("NADOR_PKCS11_MODULE", "", "library of a device that keeps the signing keys"),
    Setting("NADOR_PKCS11_TOKEN", "", "label of the token in that device"),
    Setting("NADOR_PKCS11_PIN_FILE", "", "file with the token's PIN"),
    Setting(
        "NADOR_TSA_URL", "", "timestamp authority (RFC 3161) that vouches for the time of seals"
    ),
    Setting(
        "NADOR_TSA_ROOTS_FILE",
        "",
        "PEM with the authority's roots: seals then carry all that a later check needs (B-LT)",
    ),
    Setting(
        "NADOR_SCANNER",
        "",
        "virus scanner that speaks clamd’s protocol: unix:/path or tcp://host:3310; "
        "empty: files are not scanned",
    ),
    Setting("NADOR_WORKERS", "2", "worker processes of `nador worker`"),
    Setting("NADOR_TRUSTED_PROXIES", "0", "how many reverse proxies stand in front of the server"),
)


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """A device that keeps the signing keys: its library, its token, and the file with the PIN."""

    module: Path
    token: str
    pin_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The frozen settings of one process."""

    instance: Path
    database_url: str
    port: int
    public_url: str
    secret_key_file: Path
    key_passphrase_file: Path
    pkcs11: Pkcs11 | None
    tsa_url: str
    tsa_roots_file: Path | None
    files: Path
    mail_url: str
    limits_url: str
    scanner: str
    workers: int
    trusted_proxies: int

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read and validate all settings; raises WrongSetting with what to write instead."""
        value = {one.name: environ.get(one.name, "").strip() or one.default for one in DECLARED}
        instance = Path(value["NADOR_INSTANCE"]).expanduser().resolve()
        _refuse_broker(value["NADOR_BROKER_URL"])
        port = _count("PORT", value["PORT"], at_least=1, at_most=65535)
        return cls(
            instance=instance,
            database_url=_database_url(value["NADOR_DATABASE_URL"], instance),
            port=port,
            public_url=_origin(value["NADOR_PUBLIC_URL"] or f"http://127.0.0.1:{port}"),
            secret_key_file=Path(
                value["NADOR_SECRET_KEY_FILE"] or instance / "keys" / "secret_key"
            ),
            key_passphrase_file=Path(
                value["NADOR_KEY_PASSPHRASE_FILE"] or instance / "keys" / "passphrase"
            ),
            pkcs11=_pkcs11(value),
            tsa_url=_one_of("NADOR_TSA_URL", value["NADOR_TSA_URL"], ("http://", "https://")),
            tsa_roots_file=_path(value["NADOR_TSA_ROOTS_FILE"]),
            files=_folder(value["NADOR_FILES_URL"], instance),
            mail_url=_one_of("NADOR_MAIL_URL", value["NADOR_MAIL_URL"], ("smtp://", "smtps://")),
            limits_url=_one_of(
                "NADOR_LIMITS_URL",
                value["NADOR_LIMITS_URL"],
                ("memory://", "redis://", "rediss://"),
            ),
            scanner=_one_of("NADOR_SCANNER", value["NADOR_SCANNER"], ("unix:/", "tcp://")),
            workers=_count("NADOR_WORKERS", value["NADOR_WORKERS"], at_least=1),
            trusted_proxies=_count(
                "NADOR_TRUSTED_PROXIES", value["NADOR_TRUSTED_PROXIES"], at_least=0
            ),
        )

    @property
    def keys(self) -> Path:
        """The folder of the signing keys."""
        return self.instance / "keys"

    def secret_key(self) -> str:
        """The cookie-signing key; raises WrongSetting when it was never made."""
        try:
            return self.secret_key_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise WrongSetting(
                f"{self.secret_key_file} is missing: run `nador init`, "
                "or point NADOR_SECRET_KEY_FILE at a file with a long random line."
            ) from None

    def make_secret_key(self) -> None:
        """Write a new cookie-signing key, unless there is one."""
        if self.secret_key_file.exists():
            return
        self.secret_key_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.secret_key_file.touch(mode=0o600)
        self.secret_key_file.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")


def _database_url(url: str, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'nador.db'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting(
            "NADOR_DATABASE_URL: write sqlite:////path/nador.db or postgresql+psycopg://user@host/name."
        )
    return url


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise WrongSetting(
            "NADOR_PUBLIC_URL: write an origin without a path, like https://certs.example.org."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _folder(url: str, instance: Path) -> Path:
    if not url:
        return instance / "files"
    if "://" in url:
        raise WrongSetting("NADOR_FILES_URL: write the path of a folder.")
    return Path(url).expanduser().resolve()


def _path(text: str) -> Path | None:
    return Path(text).expanduser().resolve() if text else None


def _pkcs11(value: Mapping[str, str]) -> Pkcs11 | None:
    module, pin_file = _path(value["NADOR_PKCS11_MODULE"]), _path(value["NADOR_PKCS11_PIN_FILE"])
    token = value["NADOR_PKCS11_TOKEN"]
    if module and pin_file and token:
        return Pkcs11(module, token, pin_file)
    if module or pin_file or token:
        raise WrongSetting(
            "NADOR_PKCS11_MODULE, NADOR_PKCS11_TOKEN and NADOR_PKCS11_PIN_FILE: "
            "set all three, or none."
        )
    return None


def _refuse_broker(url: str) -> None:
    if url:
        raise WrongSetting(
            "NADOR_BROKER_URL: leave it empty: this version works with `nador worker` alone."
        )


def _one_of(name: str, url: str, schemes: tuple[str, ...]) -> str:
    if url and not url.startswith(schemes):
        raise WrongSetting(
            f"{name}: write a URL that starts with {' or '.join(schemes)}, or leave it empty."
        )
    return url


def _count(name: str, text: str, *, at_least: int, at_most: int = 1000) -> int:
    number = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
    if not at_least <= number <= at_most:
        raise WrongSetting(f"{name}: write a whole number from {at_least} to {at_most}.")
    return number
