"""The words of the program: found in code and templates, kept in one .po per feature.

`python -m tests.architecture.words --update` adds what is missing, empty, to both languages and
takes out what nobody says any more.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from babel.messages.pofile import escape, read_po
from jinja2.ext import babel_extract

ROOT: Final = Path(__file__).parents[2]
LANGUAGES: Final = ("ar", "fr")
COMMON: Final = "common"
LAYOUT: Final = "layout"
SHARED: Final = (COMMON, LAYOUT)
PLURALS: Final = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
}
FORMS: Final = {"ar": 6, "fr": 2}
SHARED_PACKAGES: Final = {"kernel", "web"}
# Templates that do not stand in a folder of their feature's name.
TEMPLATE_FEATURES: Final = {
    "_layout": LAYOUT,
    "_macros": LAYOUT,
    "errors": LAYOUT,
    "certificates": "certification",
}
SINGLE: Final = {"_", "gettext", "msgid"}
PLURAL: Final = {"ngettext", "counted"}
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)")

Key = str | tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """What a .po file says for one message: one form, or one per plural of the language."""

    forms: tuple[str, ...] = ()
    fuzzy: bool = False
    comments: tuple[str, ...] = field(default=(), compare=False)

    @property
    def empty(self) -> bool:
        return not self.forms or not all(self.forms)


def said_by_code(source: str) -> Iterator[Key]:
    """Find the messages of a Python file: calls of the gettext family, and tables ERRORS."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=args):
                texts = [_constant(argument) for argument in args]
                if called in SINGLE and texts and texts[0]:
                    yield texts[0]
                elif called in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
                    yield texts[0], texts[1]
            case ast.Assign(targets=[ast.Name(id="ERRORS")], value=ast.Dict(values=values)):
                yield from filter(None, map(_constant, values))
            case ast.AnnAssign(target=ast.Name(id="ERRORS"), value=ast.Dict(values=values)):
                yield from filter(None, map(_constant, values))


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def said_by_template(path: Path) -> Iterator[Key]:
    """Find the messages of a template: calls and `trans` blocks, their blanks collapsed."""
    options = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
    with path.open("rb") as opened:
        for _line, called, message, _comments in babel_extract(
            opened, sorted(SINGLE | PLURAL), [], options
        ):
            texts = [message] if isinstance(message, str) else list(message or ())
            if called in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
                yield texts[0], texts[1]
            elif called in SINGLE and texts and texts[0]:
                yield texts[0]


def feature_of(path: Path, root: Path) -> str:
    """Tell whose words a file's are: a feature's, or everyone's."""
    folders = path.relative_to(root).parts[1:-1]
    if path.suffix != ".py" and folders[:1] == ("mail",):
        folders = folders[1:]
    if not folders or folders[0] in SHARED_PACKAGES:
        return COMMON
    folder = folders[0] if path.suffix == ".py" else TEMPLATE_FEATURES.get(folders[0], folders[0])
    is_feature = (root / "nador" / folder / "__init__.py").is_file()
    return folder if is_feature or folder == LAYOUT else COMMON


def said(root: Path = ROOT) -> dict[str, dict[str, Key]]:
    """Find all messages by feature; what everyone's files say is not repeated in a feature's."""
    found: dict[str, dict[str, Key]] = defaultdict(dict)
    for path in sorted((root / "nador").rglob("*.py")):
        _note(found[feature_of(path, root)], said_by_code(path.read_text("utf-8")))
    for path in sorted((root / "templates").rglob("*")):
        if path.is_file() and path.suffix in {".html", ".txt", ".xml", ".svg", ".j2"}:
            _note(found[feature_of(path, root)], said_by_template(path))
    return {
        feature: {
            single: key
            for single, key in messages.items()
            if not any(single in found[home] for home in _homes_before(feature))
        }
        for feature, messages in found.items()
    }


def _homes_before(feature: str) -> tuple[str, ...]:
    """Name the shared files whose words a file need not repeat."""
    return SHARED[: SHARED.index(feature)] if feature in SHARED else SHARED


def _note(messages: dict[str, Key], keys: Iterator[Key]) -> None:
    for key in keys:
        single = key if isinstance(key, str) else key[0]
        # A sentence that counts anywhere is kept with its plural: it serves both.
        if single not in messages or isinstance(messages[single], str):
            messages[single] = key


def kept(code: str, root: Path = ROOT) -> dict[str, dict[str, Entry]]:
    """Read a language's .po files."""
    return {
        path.stem: _entries(path)
        for path in sorted((root / "nador" / "translations" / code).glob("*.po"))
    }


def _entries(path: Path) -> dict[str, Entry]:
    with path.open("rb") as opened:
        messages = [message for message in read_po(opened) if message.id]
    return {
        message.id if isinstance(message.id, str) else message.id[0]: Entry(
            (message.string,) if isinstance(message.string, str) else tuple(message.string or ()),
            message.fuzzy,
            tuple(message.user_comments),
        )
        for message in messages
    }


def faults(code: str, root: Path = ROOT) -> list[str]:
    """List what a reader of that language would miss, one line each."""
    files = kept(code, root)
    found = []
    for feature, messages in sorted(said(root).items()):
        for single, key in sorted(messages.items()):
            for home in (feature, *files):
                entry = files.get(home, {}).get(single)
                if entry:
                    break
            if why := _fault(code, key, entry):
                found.append(f"{code}/{feature}.po: {why}: {single!r}")
    return found + [f"{code}: {each}" for each in disagreements(files)]


def _fault(code: str, key: Key, entry: Entry | None) -> str:
    if entry is None:
        return "missing"
    if entry.empty:
        return "empty"
    if entry.fuzzy:
        return "fuzzy"
    if len(entry.forms) != (1 if isinstance(key, str) else FORMS[code]):
        return "wrong number of plural forms"
    return "" if _same_placeholders(key, entry.forms) else "other placeholders"


def _same_placeholders(key: Key, forms: tuple[str, ...]) -> bool:
    """Compare the %(name)s: all in the last form; the others may leave a number unsaid."""
    wanted = set(PLACEHOLDER.findall(key if isinstance(key, str) else "".join(key)))
    try:
        for form in forms if wanted else ():
            form % dict.fromkeys(wanted, "")
    except (KeyError, ValueError, TypeError):
        return False
    return set(PLACEHOLDER.findall(forms[-1])) == wanted


def disagreements(files: Mapping[str, Mapping[str, Entry]]) -> list[str]:
    """List the messages that two files translate differently: at run time they are one."""
    first: dict[str, tuple[str, Entry]] = {}
    found = []
    for feature, entries in files.items():
        for single, entry in entries.items():
            home, other = first.setdefault(single, (feature, entry))
            if other.forms != entry.forms and not entry.empty and not other.empty:
                found.append(f"{home}.po and {feature}.po say {single!r} differently")
    return found


def update(root: Path = ROOT) -> list[str]:
    """Bring the .po files in line with what is said; tells what was added and taken out."""
    told = []
    wanted = said(root)
    for code in LANGUAGES:
        files = kept(code, root)
        anywhere = {
            single: entry
            for entries in files.values()
            for single, entry in entries.items()
            if not entry.empty
        }
        for feature in sorted(wanted.keys() | files.keys()):
            messages, had = wanted.get(feature, {}), files.get(feature, {})
            entries = {
                single: had.get(single) or anywhere.get(single, Entry()) for single in messages
            }
            if messages.keys() == had.keys():
                continue
            path = root / "nador" / "translations" / code / f"{feature}.po"
            write(path, code, messages, entries)
            told += [
                f"{path.name} ({code}) + {each}" for each in sorted(messages.keys() - had.keys())
            ]
            told += [
                f"{path.name} ({code}) - {each}" for each in sorted(had.keys() - messages.keys())
            ]
    return told


def write(path: Path, code: str, messages: Mapping[str, Key], entries: Mapping[str, Entry]) -> None:
    """Write a .po file: sorted, without dates or places, so that only words make a difference."""
    if not messages:
        path.unlink(missing_ok=True)
        return
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {code}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {PLURALS[code]}\\n"\n'
    )
    blocks = [_block(code, messages[each], entries[each]) for each in sorted(messages)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *blocks]), "utf-8")


def _block(code: str, key: Key, entry: Entry) -> str:
    lines = [f"# {comment}" for comment in entry.comments]
    flags = ["fuzzy"] * entry.fuzzy + ["python-format"] * bool(PLACEHOLDER.search(str(key)))
    if flags:
        lines.append(f"#, {', '.join(flags)}")
    if isinstance(key, str):
        said_so = entry.forms[0] if entry.forms else ""
        lines += [f"msgid {escape(key)}", f"msgstr {escape(said_so)}"]
    else:
        lines += [f"msgid {escape(key[0])}", f"msgid_plural {escape(key[1])}"]
        forms = (*entry.forms, *[""] * FORMS[code])[: FORMS[code]]
        lines += [f"msgstr[{place}] {escape(form)}" for place, form in enumerate(forms)]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Update the files, or list what is wrong with them."""
    if arguments == ["--update"]:
        sys.stdout.write("\n".join(update() or ["Nothing to change."]) + "\n")
        return 0
    wrong = [fault for code in LANGUAGES for fault in faults(code)]
    sys.stdout.write("\n".join(wrong or ["All is said in every language."]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
