"""How tall windows and pages were for visitors."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heights:
    """Median heights in CSS px by the width of a picture; a width with too few views is left out."""

    window: dict[int, int] = field(default_factory=dict)
    page: dict[int, int] = field(default_factory=dict)
