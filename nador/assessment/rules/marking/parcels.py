"""Files for many learners in one package: whose each is, and what it would replace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from nador.assessment.rules.marking.refusals import PaperUnknown, ParcelFileTwice
from nador.kernel.errors import DomainError

LARGEST_PARCEL: Final = 100 * 1024 * 1024
LARGEST_IN_PARCEL: Final = 20 * 1024 * 1024
_LITTER: Final = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of the package as it was found: what it is, or why it is not taken."""

    path: str
    name: str = ""
    size: int = 0
    sha256: str = ""
    media_type: str = ""
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A piece of work to which files can go."""

    sign: str
    label: str
    files: Mapping[str, str]
    """The SHA-256 of what it has, by name."""
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file that would go to a learner; `replaces` one of the same name."""

    file: Packed
    to: Addressee
    replaces: bool


@dataclass(slots=True)
class ParcelPlan:
    """What a package would do, and why it does nothing at all where it has errors."""

    deliveries: list[Delivery] = field(default_factory=list)
    errors: list[tuple[str, DomainError]] = field(default_factory=list)
    unchanged: int = 0

    def fingerprint(self) -> str:
        """Tell this plan from another: of the same package, after files were changed."""
        said = [
            (one.to.sign, one.file.name, one.file.sha256, one.replaces) for one in self.deliveries
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def is_litter(path: str) -> bool:
    """Whether an entry is a folder, or what systems leave behind in packages."""
    parts = PurePosixPath(path).parts
    return path.endswith("/") or any(part in _LITTER or part.startswith("._") for part in parts)


def whose(path: str, keys: Iterable[str]) -> str | None:
    """Find by which key a file is named: a folder of it, or the file itself, begins with the key."""
    known = set(keys)
    for part in PurePosixPath(path.replace("\\", "/")).parts:
        called = part.upper()
        for key in known:
            rest = called[len(key) :]
            if called.startswith(key) and not rest[:1].isalnum():
                return key
    return None


def plan_parcel(files: Sequence[Packed], addressees: Mapping[str, Addressee]) -> ParcelPlan:
    """Say which file would go to whom; `addressees` by what files may be named by, in capitals."""
    plan = ParcelPlan()
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        key = whose(file.path, addressees)
        if key is None:
            plan.errors.append((file.path, PaperUnknown(sign=file.path)))
            continue
        to = addressees[key]
        place = (to.sign, file.name)
        refusal = file.refusal or to.refusal
        if refusal is None and place in seen:
            refusal = ParcelFileTwice(other=seen[place])
        if refusal is not None:
            plan.errors.append((file.path, refusal))
            continue
        seen[place] = file.path
        was = to.files.get(file.name)
        if was == file.sha256:
            plan.unchanged += 1
        else:
            plan.deliveries.append(Delivery(file, to, replaces=was is not None))
    return plan
