"""Collect the sentences people read into the catalogues, or check that none is missing.

    python tools/messages.py            write what is new into src/isthmus/locale/*/LC_MESSAGES/*.po
    python tools/messages.py --check    write nothing; name what is missing, untranslated, fuzzy, obsolete or
                                        has other fields than its English, and end with exit code 1

Two catalogues: `isthmus` for the pure packages, the command line and the report's templates, `django` for the
server. Babel reads them all, so no GNU gettext is needed.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import DEFAULT_KEYWORDS, extract, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize
from jinja2.ext import babel_extract as extract_jinja

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src" / "isthmus"
LOCALE: Final = SOURCE / "locale"
LANGUAGES: Final = {"zh_Hans": "nplurals=1; plural=0;"}

# Babel's own header holds the moment of writing; a catalogue changes only when a sentence does.
HEADER: Final = """\
# Isthmus. Collected by tools/messages.py; the translations are written by hand.
msgid ""
msgstr ""
"Project-Id-Version: Isthmus\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"

"""

KEYWORDS: Final[dict[str, Any]] = {
    **DEFAULT_KEYWORDS,
    # what a function that was handed `gettext` calls it
    "say": None,
    "_say": None,
    "translate": None,
    # classes that hold their sentence until a reader is known
    "Message": None,
    "InputError": None,
    "SizeLimitError": None,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
COMMENT_TAGS: Final = ["Translators:"]
PERCENT_FIELD: Final = re.compile(r"%(?:\((\w+)\)[sd]|[sd])")

Extractor = Callable[..., Iterator[tuple[int, str | None, Any, list[str]]]]


@dataclass(frozen=True)
class Domain:
    """One catalogue: its name, the folders it is collected from, and how its templates are read."""

    name: str
    folders: tuple[Path, ...]
    templates: str
    read_template: Extractor


def extract_django(fileobj: Any, keywords: Any, comment_tags: Any, options: Any) -> Any:
    """Babel extractor for Django templates: Django turns the tags into Python calls, Babel reads those."""
    source = templatize(fileobj.read().decode())
    # What is left between the calls is filler without meaning, so its indentation may go too.
    calls = "\n".join(line.strip() for line in source.splitlines())
    return extract_python(io.BytesIO(calls.encode()), keywords, comment_tags, options)


PURE: Final = tuple(SOURCE / name for name in ("language", "analysis", "charts", "formats", "ledger", "kit", "cli"))
DOMAINS: Final = (
    Domain("isthmus", PURE, "*.j2", extract_jinja),
    Domain("django", (SOURCE / "server",), "*.html", extract_django),
)


def collect(domain: Domain) -> Catalog:
    """All sentences of a domain, in order of file and line."""
    catalogue = Catalog(domain=domain.name, charset="utf-8")
    jinja = {"trimmed": "true", "newstyle_gettext": "true"}
    for folder in domain.folders:
        for path in sorted([*folder.rglob("*.py"), *folder.rglob(domain.templates)]):
            if path.suffix == ".py":
                method: Any = "python"
                options: dict[str, str] = {}
            else:
                method, options = domain.read_template, jinja if path.suffix == ".j2" else {}
            with path.open("rb") as stream:
                for line, texts, comments, context in extract(method, stream, KEYWORDS, COMMENT_TAGS, options):
                    place = [(path.relative_to(ROOT).as_posix(), line)]
                    catalogue.add(texts, None, place, auto_comments=comments, context=context)
    return catalogue


def catalogue_path(language: str, domain: Domain) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain.name}.po"


def read_catalogue(path: Path, language: str, domain: Domain) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, domain=domain.name, charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain=domain.name)


def fields(text: str) -> set[str]:
    """Names of the fields that a sentence fills, in either notation: {name} and %(name)s."""
    percent = {match.group(0) for match in PERCENT_FIELD.finditer(text.replace("%%", ""))}
    if percent:
        return percent
    try:
        return {f"{{{name}}}" for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def faults(entry: Entry) -> Iterator[str]:
    """What is wrong with one translated sentence."""
    english = (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)
    translated = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ("",))
    if not all(translated):
        yield "untranslated"
        return
    if entry.fuzzy:
        yield "fuzzy"
    wanted = fields(english[-1])
    if any(fields(text) != wanted for text in translated):
        yield "other fields than the English"


def check(language: str, domain: Domain) -> list[str]:
    """Everything that keeps a catalogue from being whole, one line each."""
    path = catalogue_path(language, domain)
    stored = read_catalogue(path, language, domain)
    found = collect(domain)
    name = path.relative_to(ROOT)
    lines = []
    for entry in found:
        if not entry.id:
            continue
        known = stored.get(entry.id, entry.context)
        if known is None:
            lines.append(f"{name}: missing: {entry.id!r} ({entry.locations[0][0]}:{entry.locations[0][1]})")
        else:
            lines.extend(f"{name}: {fault}: {entry.id!r}" for fault in faults(known))
    gone = [entry for entry in stored if entry.id and found.get(entry.id, entry.context) is None]
    lines.extend(f"{name}: no longer used: {entry.id!r}" for entry in (*gone, *stored.obsolete.values()))
    return lines


def update(language: str, domain: Domain) -> None:
    """Write the sentences of the source into a catalogue; keep the translations that still have their sentence."""
    path = catalogue_path(language, domain)
    stored = read_catalogue(path, language, domain)
    fresh = Catalog(locale=language, domain=domain.name, charset="utf-8", fuzzy=False)
    for entry in collect(domain):
        if not entry.id:
            continue
        known = stored.get(entry.id, entry.context)
        # Without line numbers, which change with every edit above them.
        files = [(file, None) for file in sorted({file for file, _ in entry.locations})]
        fresh.add(
            entry.id,
            known.string if known else None,
            files,  # type: ignore[arg-type]  # Babel writes a place without a line, its types do not say so
            known.flags if known else entry.flags,
            entry.auto_comments,
            known.user_comments if known else (),
            context=entry.context,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(HEADER.format(language=language, plural=LANGUAGES[language]).encode())
        write_po(stream, fresh, width=110, omit_header=True, include_lineno=False)


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    jobs = [(language, domain) for language in LANGUAGES for domain in DOMAINS]
    if not arguments:
        for language, domain in jobs:
            update(language, domain)
    lines = [line for language, domain in jobs for line in check(language, domain)]
    print("\n".join(lines) if lines else "the catalogues are whole")
    return 1 if lines and arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
