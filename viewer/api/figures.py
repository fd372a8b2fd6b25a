"""Records of figures as JSON: every field of the record becomes a field of the answer, so that none is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from aggregator.answers.explain import CODES, MapWarning
from store.snapshots import Snapshot
from viewer.api.snapshots import snapshot_json


def plain(value: Any) -> Any:
    """Plain values from records, arrays and sequences. Element keys become 16 hexadecimal digits."""
    if isinstance(value, Snapshot):
        return snapshot_json(value)
    if isinstance(value, MapWarning):
        return warning_json(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _field(field.name, getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def warning_json(warning: MapWarning) -> dict[str, Any]:
    """A warning with its stable code, its figures, and a sentence in English."""
    return {"code": warning.code, "message": CODES[warning.code].format(**warning.values), "values": warning.values}


def _field(name: str, value: Any) -> Any:
    return f"{int(value):016x}" if name == "key" and isinstance(value, int) else plain(value)
