"""The tag that a click on an element presses, as SQL on the column `path` of `elements`."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.measures.frustration import PRESSED, UNJUDGED
from aggregator.shapes.paths import CUT


def _array(tags: Iterable[str]) -> str:
    return f"[{', '.join(repr(tag) for tag in sorted(tags))}]"


def _tags(path: str) -> str:
    """The tags of the steps of a part of a path (paths.tag_of), the last first."""
    steps = f"arrayFilter(step -> step != '', splitByRegexp('>+', {path}))"
    return f"arrayReverse(arrayMap(step -> lower(extract(step, '^[^@!#:>{CUT}]+')), {steps}))"


_HEAD = f"splitByString('{CUT}', path)[1]"
_LAST = f"splitByString('{CUT}', path)[-1]"
_OWN = f"lower(extract(splitByRegexp('>+', {_LAST})[-1], '^[^@!#:>{CUT}]+'))"
# Only the part before a cut is known of what is around an element.
_AROUND = f"if(position(path, '{CUT}') > 0, {_tags(_HEAD)}, arrayPopFront({_tags(_HEAD)}))"
_FOUND = f"arrayFirst(tag -> has({_array(PRESSED)}, tag), arrayPushFront({_AROUND}, {_OWN}))"

# measures.frustration.pressed_tag; tests/aggregator/test_pressed_tag.py compares them.
PRESSED_TAG = f"if(has({_array(UNJUDGED)}, {_OWN}) OR {_FOUND} = '', {_OWN}, {_FOUND})"
