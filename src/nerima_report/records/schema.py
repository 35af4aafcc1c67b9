"""The JSON Schema of a record, from its model: `python -m nerima_report.records.schema > docs/schemas/record.json`."""

from __future__ import annotations

import json
import re
from typing import Any

from nerima_report.records.file import SEAL
from nerima_report.records.model import Record

_DESCRIPTION = (
    "公表した年度の記録（records/年度.json、out/年度/record.json）。"
    "schema_version が同じ間は、項目が減ることも、意味が変わることもない。"
)


def record_schema() -> str:
    """The schema as JSON (draft 2020-12), with the descriptions of the model."""
    schema = Record.model_json_schema(mode="serialization")
    seal = {"type": "string", "pattern": "^[0-9a-f]{64}$",
            "description": "seal を除いた全体を、書き出したとおりに UTF-8 で並べたものの SHA-256。"}  # fmt: skip
    schema["properties"][SEAL] = seal
    schema["required"].append(SEAL)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "記録（nerima-report）",
        "description": _DESCRIPTION,
    }
    return json.dumps(head | _plain({k: v for k, v in schema.items() if k not in head}), ensure_ascii=False, indent=2)


def _plain(schema: Any) -> Any:
    """The schema without what only speaks to a reader of the code: English titles and docstrings."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # A property may be called title; then it is a schema, not a text.
    return {
        key: _plain(value)
        for key, value in schema.items()
        if not (isinstance(value, str) and (key == "title" or (key == "description" and not _is_japanese(value))))
    }


def _is_japanese(text: str) -> bool:
    return re.search("[ぁ-ん一-龥]", text) is not None


if __name__ == "__main__":
    print(record_schema())
