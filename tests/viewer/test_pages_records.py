"""A page is one record: every field has a help text, and its template uses these fields and no others."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from jinja2 import meta, nodes

from viewer import pages  # noqa: F401  (all page records are known once it is loaded
from viewer.pages.frame.page import Page
from viewer.pages.frame.rendering import TEMPLATES, environment

RECORDS = sorted(Page.__subclasses__(), key=lambda page: page.__name__)
LAYOUT = {"frame/base.html", "frame/parts.html", "forms/faults.html", "map/changed.html", "overview/bar.html"}


MAILS = {"mail/digest.html"}  # read in a mail program, under no policy of ours


def names_in(template: str) -> set[str]:
    """Names that a template and those it includes take from the page."""
    tree = environment("en").parse((TEMPLATES / template).read_text())
    found = meta.find_undeclared_variables(tree)
    for node in tree.find_all((nodes.Include, nodes.Extends)):
        if isinstance(node.template, nodes.Const) and node.template.value not in LAYOUT:
            found |= names_in(node.template.value)
    found -= {macro.name for macro in tree.find_all(nodes.Macro)}
    found -= {node.target for node in tree.find_all(nodes.Import)}
    found -= {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}  # of `set`
    return found - set(environment("en").globals) - {"parts", "faulty", "bars"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_has_a_help_text(record: type[Page]) -> None:
    assert record.__doc__
    for field in fields(record):
        assert field.metadata.get("help"), f"{record.__name__}.{field.name} has no help text"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_the_template_uses_the_fields_of_its_record(record: type[Page]) -> None:
    own = {field.name for field in fields(record)}
    used = names_in(record.template)
    assert used - own == set(), "the template asks for what the record does not have"
    assert own - used - {"frame", "title"} == set(), "the record has what no template shows"


def parts_of(template: str) -> set[str]:
    """A template with all that it extends, includes or imports."""
    named = re.findall(r'{%-? *(?:extends|include|import|from) "([^"]+)"', (TEMPLATES / template).read_text())
    return {template}.union(*map(parts_of, named))


def test_every_template_belongs_to_a_page() -> None:
    used = set[str]().union(*(parts_of(record.template) for record in RECORDS)) | LAYOUT | MAILS
    assert {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")} == used


def test_no_template_runs_inline_script_or_style() -> None:
    """The content security policy would stop it."""
    for path in set(TEMPLATES.rglob("*.html")) - {TEMPLATES / mail for mail in MAILS}:
        text = path.read_text()
        assert "<style" not in text, path.name
        assert "javascript:" not in text, path.name
        assert " onclick=" not in text, path.name
        assert all("src=" in tag for tag in text.split("<script")[1:]), path.name
