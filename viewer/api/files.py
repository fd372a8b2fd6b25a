"""Maps as files: the formats, and the download response."""

from __future__ import annotations

from starlette.responses import Response

FORMATS = ("json", "png", "npy", "csv")
TYPES = {"png": "image/png", "npy": "application/octet-stream", "csv": "text/csv; charset=utf-8"}


def file_answer(content: bytes, kind: str, name: str) -> Response:
    """A download."""
    disposition = f'attachment; filename="{name}.{kind}"'
    return Response(
        content, media_type=TYPES[kind], headers={"Content-Disposition": disposition, "Cache-Control": "no-store"}
    )
