"""The schema of findings as JSON, on which other people's programs depend."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from conftest import ROOT

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "findings.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
