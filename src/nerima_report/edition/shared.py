"""The files that all municipalities share, and how an edition lays its own over them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nerima_report.edition.municipality import MunicipalityDefinition
from nerima_report.edition.toml import Model, read_data, read_definition
from nerima_report.errors import CannotProceed

if TYPE_CHECKING:
    pass


# The files that all municipalities share, beside the folders of the editions, and of which the report is made. An
# edition has what is its own: a whole file, or single keys of a .toml (see `read_shared`).
SHARED = (
    "cover.md.j2",
    "register.md.j2",
    "reference.docx",
    "corrections.toml",
    "forms.toml",
    "kinds.toml",
    "ledger-import.toml",
    "ledgers.toml",
    "letters.toml",
    "manuscripts.toml",
    "trend.toml",
    "years.toml",
)


def shipped_templates() -> Path:
    """The templates that came with the program: inside the wheel, or beside src/ in a checkout."""
    here = Path(__file__).resolve()
    for candidate in (here.parents[1] / "templates", here.parents[3] / "templates"):
        if (candidate / "findings.toml").is_file():
            return candidate
    raise CannotProceed("プログラムに付属する定義（templates）が見つかりません。入れ直してください。")


def shared_file(folder: Path, name: str) -> Path:
    """A file that municipalities share: that beside the folder of the edition, or that which came with the program."""
    beside = folder.parent / name
    return beside if beside.is_file() else shipped_templates() / name


def file_of(folder: Path, name: str) -> Path:
    """A file of an edition, or the shared one where it has none of its own."""
    return folder / name if (folder / name).is_file() else shared_file(folder, name)


def read_shared(folder: Path, name: str, model: type[Model], municipality: MunicipalityDefinition) -> Model:
    """A shared file of texts as a body words it; the keys of the edition's own file of this name replace its keys.

    Of a table ([compare]) the own file needs only the keys that differ.

    Raises DefinitionError with the file in which the fault is.
    """
    shared, own = shared_file(folder, name), folder / name
    whole = read_definition(shared, model, municipality.worded)
    if not own.is_file():
        return whole
    return read_definition(own, model, lambda data: municipality.worded(_laid_over(read_data(shared), data)))


def _laid_over(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of two files, of which the own one is followed where both say something."""
    laid = dict(shared)
    for key, value in own.items():
        below = shared.get(key)
        laid[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return laid
