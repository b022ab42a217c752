"""Build hook: compiles the message catalogues, so that no gettext tools are needed to install or run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Writes a `.mo` beside every `.po` below `src/isthmus/locale`."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        compile_catalogues(Path(self.root) / "src" / "isthmus" / "locale")


def compile_catalogues(folder: Path) -> int:
    """Compile every catalogue below `folder`; return how many there were."""
    from babel.messages.mofile import write_mo  # the build front end installs it only for the build
    from babel.messages.pofile import read_po

    catalogues = sorted(folder.rglob("*.po"))
    for source in catalogues:
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)
    return len(catalogues)


if __name__ == "__main__":
    sys.stdout.write(f"{compile_catalogues(Path(sys.argv[1]))} catalogues compiled\n")
