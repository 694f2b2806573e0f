"""The use cases of the catalogue: publishing it, and reading what was published."""

from backend.catalogue.rules.content import Checker
from backend.catalogue.rules.items import Windows, document_on, windows
from backend.catalogue.service.publishing import (
    Imported,
    demonstration,
    import_catalogue,
    import_units,
    publish,
    read_rows,
)
from backend.catalogue.service.reading import (
    FRESH_FOR,
    checker,
    current,
    find_item,
    find_unit,
    items_by_code,
    listing,
    of_year,
    provided_item,
    units_by_code,
    validate_content,
    versions,
)

__all__ = [
    "FRESH_FOR",
    "Checker",
    "Imported",
    "Windows",
    "checker",
    "current",
    "demonstration",
    "document_on",
    "find_item",
    "find_unit",
    "import_catalogue",
    "import_units",
    "items_by_code",
    "listing",
    "of_year",
    "provided_item",
    "publish",
    "read_rows",
    "units_by_code",
    "validate_content",
    "versions",
    "windows",
]
