"""The viewer of tests/viewer, for contracts between the pages, the pictures, the API and the command."""

from tests.viewer.conftest import (  # noqa: F401
    anyone,
    api,
    make_viewer,
    module_store,
    owner,
    portal,
    shop,
    viewer,
)
