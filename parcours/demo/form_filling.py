"""How simulated visitors fill in the form of the checkout: never a value, as the tracker reports it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from collector.wire import InputColumns, SubmitColumns

PAGE, FORM, NEXT = "/checkout", "form#order", "/thanks"
BLANK, CORRECTED = 1, 2  # of wire.FIELD_FLAGS
STAYS_ON = 0.83  # chance that somebody who will leave goes on from a field to the next


@dataclass(frozen=True)
class FieldHabit:
    """A field by its path: seconds of the median visitor, and the shares who leave it blank and who correct it."""

    path: str
    seconds: float
    blank: float
    corrected: float


# In the order of the form. The postcode is often corrected, and the phone is left blank, or people leave there.
FIELDS = (
    FieldHabit("input#field-first", 2.4, 0.01, 0.05),
    FieldHabit("input#field-last", 2.9, 0.01, 0.06),
    FieldHabit("input#field-street", 7.5, 0.02, 0.15),
    FieldHabit("input#field-postcode", 4.6, 0.01, 0.27),
    FieldHabit("input#field-town", 3.1, 0.01, 0.08),
    FieldHabit("input#field-mail", 6.8, 0.02, 0.17),
    FieldHabit("input#field-phone", 9.4, 0.38, 0.09),
)


@dataclass(frozen=True)
class FilledForm:
    """What was done in a form: the paths of its fields beside the columns, whose `e` are indexes of these paths."""

    paths: tuple[str, ...]
    inputs: InputColumns
    submits: SubmitColumns | None


def fill_form(clicked: Collection[str], to: str, random: Random) -> FilledForm | None:
    """The fields that a visitor used who clicked some of them and went on `to` a page; None without any."""
    if not any(field.path in clicked for field in FIELDS):
        return None
    used = FIELDS if to == NEXT else _until_left(random)
    inputs = InputColumns(t=[], e=[], d=[], n=[], k=[])
    for n, field in enumerate(used):
        blank = random.random() < field.blank
        corrected = not blank and random.random() < field.corrected
        seconds = random.lognormvariate(math.log(field.seconds), 0.5) * (1.8 if corrected else 1)
        inputs.t.append(random.randint(900, 4000) if n == 0 else round(seconds * 1000))
        inputs.e.append(n)
        inputs.d.append(round(seconds * 100))
        inputs.n.append(0 if blank else 1 + corrected)
        inputs.k.append(BLANK * blank + CORRECTED * corrected)
    paths = tuple(field.path for field in used)
    if to != NEXT:
        return FilledForm(paths, inputs, None)
    total = sum(inputs.t) + random.randint(800, 5000)
    return FilledForm((*paths, FORM), inputs, SubmitColumns(t=[total], e=[len(paths)]))


def _until_left(random: Random) -> tuple[FieldHabit, ...]:
    """The fields of a visitor who leaves the form, the last one being where they left."""
    for n in range(len(FIELDS)):
        if random.random() >= STAYS_ON:
            return FIELDS[: n + 1]
    return FIELDS
