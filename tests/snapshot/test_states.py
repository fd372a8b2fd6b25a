"""States of pages, made by the real browser with a real pointer."""

from __future__ import annotations

import pytest

from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import record_places
from aggregator.placing.projection import project
from aggregator.placing.states import StatePicture, owners
from tests.aggregator.build import points, records
from tests.snapshot.conftest import box, colour, whole
from viewer.snapshot import Recipe, SnapshotError, read_recipe


def state(*steps: str, first: tuple[str, ...] = ()) -> Recipe:
    return Recipe("open", read_recipe(first) if first else (), read_recipe(steps) if steps else ())


@pytest.fixture(scope="module")
def in_state(shoot):
    def take(path, *steps, width=1366, first=()):
        return shoot(path, width, recipe=state(*steps, first=first))

    return take


def shown(capture, path_end):
    layout = capture.layout
    return bool(layout.visible[next(i for i, path in enumerate(layout.paths) if path.endswith(path_end))])


def refused(in_state, *steps, path="/states", **more):
    with pytest.raises(SnapshotError) as raised:
        in_state(path, *steps, **more)
    assert raised.value.words.endswith(".")
    return raised.value.code, raised.value.words


def test_the_base_state_hides_what_is_closed(shoot):
    menus, states = shoot("/menus"), shoot("/states")
    assert [shown(menus, end) for end in ("#table", "#entry", "#book")] == [False] * 3
    assert [shown(states, end) for end in ("#inside", "#buy", "#two", "#deep", "#end")] == [False] * 5
    assert menus.snapshot.state == ""


@pytest.mark.parametrize("width", [1366, 390])
def test_a_menu_opened_by_css_stays_open_under_the_pointer(in_state, width):
    capture = in_state("/menus", "hover #lamps", width=width)
    assert (capture.snapshot.state, capture.snapshot.warnings) == ("open", ())
    assert shown(capture, "#table")
    x, y, w, h = box(capture, "#table")
    assert colour(whole(capture), int(x + w - 10), int(y + h / 2)) == "red"


def test_a_menu_far_down_stays_open_in_a_picture_from_the_top(in_state):
    capture = in_state("/menus", "hover #more")
    assert shown(capture, "#book")
    assert not shown(capture, "#table")
    x, y, w, h = box(capture, "#book")
    assert y > 3000
    assert colour(whole(capture), int(x + w - 10), int(y + h / 2)) == "red"


def test_a_menu_opened_by_script_stays_open_under_the_pointer(in_state):
    capture = in_state("/menus", "hover #show")
    assert shown(capture, "#entry")
    x, y, w, h = box(capture, "#entry")
    assert colour(whole(capture), int(x + w - 10), int(y + h / 2)) == "blue"


def test_a_dialog(in_state):
    capture = in_state("/states", "click #ask", "wait #inside")
    assert shown(capture, "#inside")
    assert shown(capture, "#ask")  # what lies under it is on the page all the same


@pytest.mark.parametrize("width", [1366, 390])
def test_a_tab(in_state, width):
    capture = in_state("/states", "click #tab2", width=width)
    assert shown(capture, "#buy")
    assert not shown(capture, "#first")


def test_a_slide_is_read_after_it_has_stopped(in_state):
    capture = in_state("/states", "click #next")
    assert shown(capture, "#two")
    assert not shown(capture, "#one")
    assert box(capture, "#slide2")[0] == box(capture, "#frame")[0]


def test_an_inner_scroller_shows_its_lower_part(in_state):
    capture = in_state("/states", "scroll #panel to 900")
    assert shown(capture, "#deep")
    assert box(capture, "#deep")[1] == pytest.approx(box(capture, "#panel")[1] + 100, abs=1)
    assert shown(in_state("/states", "scroll #panel to bottom"), "#deep") is False  # 500 px lie below it
    assert shown(in_state("/states", "scroll #strip to bottom"), "#end")  # what scrolls sideways


@pytest.mark.parametrize(
    ("path", "step", "end"),
    [
        ("/menus", "hover #lamps", "#table"),
        ("/menus", "hover #more", "#book"),
        ("/states", "click #ask", "#inside"),
        ("/states", "click #tab2", "#buy"),
        ("/states", "click #next", "#two"),
        ("/states", "scroll #panel to 900", "#deep"),
    ],
)
def test_points_made_in_a_state_are_drawn_on_it(in_state, shoot, path, step, end):
    base, opened = LayoutIndex(shoot(path).layout), LayoutIndex(in_state(path, step).layout)
    made_on = list(zip(base.layout.paths, base.layout.fps, strict=True))
    known = records(made_on)
    of = owners(points(made_on), known, [StatePicture(one, record_places(known, one, {})) for one in (base, opened)])
    at = next(i for i, one in enumerate(base.layout.paths) if one.endswith(end))
    assert of[at] == 1
    assert of[0] == 0  # the body
    drawn = project(points(made_on), records(made_on), opened)
    x, y, w, h = (
        float(side[drawn.element[at]]) for side in (opened.layout.x, opened.layout.y, opened.layout.w, opened.layout.h)
    )
    assert opened.layout.paths[drawn.element[at]].endswith(end)
    assert (drawn.x[at], drawn.y[at]) == pytest.approx((x + w / 2, y + h / 2))


def test_waiting_for_late_content(in_state):
    assert shown(in_state("/states", "click #late", "wait .came"), "#said")
    assert shown(in_state("/states", "click #late", "wait 600"), "#said")


def test_through_shadow_roots_and_frames(in_state):
    assert shown(in_state("/states", "click #shady", "wait .shade"), "#said")
    assert shown(in_state("/states", "click #framed", "wait .framed"), "#said")


def test_the_first_visible_match_is_used(in_state):
    assert shown(in_state("/states", "click #gone, #inside, #tab2"), "#buy")


def test_dismiss_ignores_a_missing_element(in_state, shoot):
    capture = in_state("/states", "dismiss #cookies button", "dismiss #inside", "click #tab2")
    assert shown(capture, "#buy")


def test_the_first_recipe_applies_to_the_base_state_too(shoot):
    capture = shoot("/states", recipe=Recipe(first=read_recipe(["click #tab2"])))
    assert capture.snapshot.state == ""
    assert shown(capture, "#buy")
    assert not shown(
        shoot("/menus", recipe=Recipe(first=read_recipe(["hover #lamps"]))), "#table"
    )  # nor is it pointed at
    both = shoot("/states", recipe=state("click #ask", first=("click #tab2", "dismiss #again")))
    # answering the first recipe loaded the page again: what it had opened before is closed
    assert [shown(both, end) for end in ("#buy", "#inside")] == [False, True]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (
            ["click #tab2", "click #nowhere"],
            "At 1366 px: Step 2 (click #nowhere): nothing on the page matches #nowhere",
        ),
        (["hover #gone"], "the page has 1 × #gone, but none of them is visible"),
        (["click #under"], "div#sheet.over.all covers #under"),
        (["click :nonsense(2)"], ":nonsense(2) is not a CSS selector"),
        (["wait .never"], "Step 1 (wait .never)"),
        (["scroll #ask to 100"], "cannot be scrolled"),
        (["scroll .never to bottom"], "nothing on the page matches .never"),
    ],
)
def test_a_failing_step_is_reported_with_its_number(in_state, steps, words):
    code, message = refused(in_state, *steps)
    assert code == "step"
    assert words in message


@pytest.mark.parametrize(
    "step", ["click #away", "click #send", "click #new", "click #push", "click #slow", "dismiss #away"]
)
def test_a_step_to_another_page_is_blocked(in_state, local, step):
    local.asked.clear()
    code, words = refused(in_state, step)
    assert code == "leaves"
    assert step in words
    assert "/plain" not in {path for _, path in local.asked}  # never even asked for


def test_a_link_within_the_page_is_allowed(in_state):
    assert in_state("/states", "click #hash").snapshot.state == "open"


def test_only_the_first_recipe_may_reload_the_page(in_state):
    assert refused(in_state, "click #again")[0] == "leaves"


def test_clicks_of_a_recipe_are_not_recorded(in_state, local):
    local.asked.clear()
    in_state("/tracked", "click #buy")
    assert [path for method, path in local.asked if method == "POST"] == []
