"""Commands ask by the same rules as the pages and the API."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from parcours.cli import cli
from parcours.commands.questions import BadQuestion, asked
from rules.faults import FAULTS
from rules.period import today
from rules.question import JOURNEY, MAP, parse

MAP_OF = ["heatmap", "Lamps", "/lamps", "--out", "a.json"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--days", "0"], "days"),
        (["--kind", "tap"], "kind"),
        (["--width", "abc"], "width"),
        (["--device", "watch"], "device"),
        (["--variant", "b"], "variant"),
        (["--since", "2026-13-01"], "since"),
        (["--since", "2026-06-15", "--until", "2026-05-20"], "since"),
        (["--kind", "scroll", "--state", "menu"], "state"),
        (["--segment", '{"rules":[{"what":"sent"}]}'], "segment"),
    ],
)
def test_a_bad_option_is_named_before_anything_is_asked(options, field):
    ran = CliRunner().invoke(cli, [*MAP_OF, *options])
    query = {name.lstrip("-"): value for name, value in zip(options[::2], options[1::2], strict=True)}
    (fault,) = parse(1, {"page": "/lamps"} | query, MAP, today()).faults
    assert ran.exit_code == 2
    assert f"--{field}: {FAULTS[fault.code].format(**fault.values)}" in ran.output


def test_all_faults_are_named_at_once():
    with pytest.raises(BadQuestion) as refused:
        asked({"days": "0", "device": "watch"}, JOURNEY)
    assert str(refused.value).splitlines() == [
        "--days: is '0': write a whole number from 1 to 3660.",
        "--device: is 'watch': choose one of phone, tablet, desktop, all.",
    ]


def test_options_become_parameters_of_the_api():
    query = {"page": "/lamps", "kind": "hover", "width": "390", "days": "7", "bots": "1", "state": ""}
    assert asked(query, MAP) == {"page": "/lamps", "kind": "hover", "width": "390", "days": "7", "bots": "1"}


def test_filters_are_parameters_of_the_question():
    assert asked({"page": "/lamps", "channel": "mail,ai", "segment": "buyers"}, MAP) == {
        "page": "/lamps",
        "channel": "mail,ai",
        "segment": "buyers",
    }
    ran = CliRunner().invoke(cli, [*MAP_OF, "--filter", "colour=red"])
    assert ran.exit_code == 2
    assert "'colour' is not a trait" in ran.output
