"""Maps as files: the formats, and the download response."""

from __future__ import annotations

import hashlib
import json

import msgspec
from starlette.responses import Response

FORMATS = ("json", "png", "npy", "csv")
TABLE_FORMATS = ("json", "csv")
TYPES = {"png": "image/png", "npy": "application/octet-stream", "csv": "text/csv; charset=utf-8"}


def file_answer(content: bytes, kind: str, name: str, query: object = None) -> Response:
    """A download. `query`: the question, sent along with a hash of the content, so that a grid can be traced."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    if query is not None:
        headers["X-Parcours-Query"] = json.dumps(msgspec.to_builtins(query), ensure_ascii=True)
        headers["X-Parcours-SHA256"] = hashlib.sha256(content).hexdigest()
    return Response(content, media_type=TYPES[kind], headers=headers)
