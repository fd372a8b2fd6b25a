"""Page pictures and layouts, taken by headless Chromium."""

from rules.recipe import BadRecipe, Recipe, read_recipe
from viewer.snapshot.browser import chromium_problem, find_chromium
from viewer.snapshot.camera import Camera
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.request import PictureRequest
from viewer.snapshot.take import Capture

__all__ = [
    "BadRecipe",
    "Camera",
    "Capture",
    "PictureRequest",
    "Recipe",
    "SnapshotError",
    "read_recipe",
    "chromium_problem",
    "find_chromium",
]
