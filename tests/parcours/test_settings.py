from pathlib import Path

import pytest

from parcours.settings import BadSetting, read_settings


def test_defaults_need_no_environment():
    settings = read_settings({})
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.location == str(Path("data/clickhouse"))


def test_the_command_line_overrides_the_environment():
    environment = {
        "PARCOURS_PORT": "9000",
        "PARCOURS_DATA": "/srv/p",
        "PARCOURS_TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
    }
    settings = read_settings(environment, port=9100, host=None)
    assert settings.port == 9100
    assert settings.data == Path("/srv/p")
    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1")


def test_a_server_replaces_the_folder():
    assert read_settings({"PARCOURS_CLICKHOUSE_URL": "clickhouse://db/x"}).location == "clickhouse://db/x"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PARCOURS_PORT": "eighty"}, "PARCOURS_PORT='eighty' is not a number"),
        ({"PARCOURS_PORT": "70000"}, "Port 70000 does not exist"),
        ({"PARCOURS_PROT": "80"}, "PARCOURS_PROT is not a setting"),
        ({"PARCOURS_BASE_URL": "stats.shop.example"}, "must begin with http"),
        ({"PARCOURS_SEGMENT_SECONDS": "0"}, "must be above 0"),
        ({"PARCOURS_QUERY_SECONDS": "0"}, "must be above 0"),
        ({"PARCOURS_QUERY_MEMORY_MB": "-1"}, "must be above 0"),
        ({"PARCOURS_ADDRESS_RATE": "0"}, "PARCOURS_ADDRESS_RATE must be 1 or more"),
        ({"PARCOURS_SITE_BURST": "-5"}, "PARCOURS_SITE_BURST must be 1 or more"),
        ({"PARCOURS_ADDRESS_BURST": "many"}, "PARCOURS_ADDRESS_BURST='many' is not a number"),
        ({"PARCOURS_LOG_LEVEL": "loud"}, "use debug"),
    ],
)
def test_invalid_settings_are_reported(environment, words):
    with pytest.raises(BadSetting, match=words.replace("(", r"\(")):
        read_settings(environment)


def test_the_url_shown_can_be_opened():
    assert read_settings({"PARCOURS_HOST": "0.0.0.0"}).url == "http://127.0.0.1:8000"
    assert read_settings({"PARCOURS_HOST": "::1"}).url == "http://[::1]:8000"
    assert read_settings({"PARCOURS_BASE_URL": "https://stats.example/"}).url == "https://stats.example"
