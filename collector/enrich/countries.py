"""The country of an address, if the owner provides a GeoIP file. Only the country is stored."""

from __future__ import annotations

from pathlib import Path

import maxminddb

from collector.addresses import MAX_PREFIX, address_prefix
from collector.settings import SettingsError
from collector.text_cache import text_cache

SETTING = "PARCOURS_GEOIP"


class Countries:
    """Reads an MMDB file (GeoLite2 Country or City, DB-IP lite, or any with `country.iso_code`).

    Raises SettingsError when it is missing, damaged or has no countries.
    """

    def __init__(self, path: Path) -> None:
        try:
            # The whole file in memory, so that the event loop never waits for the disk.
            self._reader = maxminddb.open_database(path, maxminddb.MODE_MEMORY)
            about = self._reader.metadata()
            self._look_up("192.0.2.0")
        except OSError as error:
            words = f"{SETTING}={path} cannot be read: {error.strerror or error}."
            raise SettingsError(f"{words} Name an MMDB file, or remove the setting.") from None
        except (maxminddb.InvalidDatabaseError, ValueError, TypeError) as error:
            raise SettingsError(
                f"{SETTING}={path} is not a complete MMDB file ({error}). Download it again: GeoLite2-Country.mmdb of "
                "MaxMind, or the country file of DB-IP, unpacked."
            ) from None
        self.kind, self.built = about.database_type, about.build_epoch  # s since 1970
        self._by_prefix = text_cache(10_000, MAX_PREFIX)(self._look_up)

    def country(self, address: str) -> str:
        """Two capital letters (ISO 3166-1), "" when unknown. A whole /24 or /56 has one country."""
        return self._by_prefix(address_prefix(address))

    def _look_up(self, prefix: str) -> str:
        try:
            found = self._reader.get(prefix.partition("/")[0])
        except (ValueError, maxminddb.InvalidDatabaseError):  # not an address, or the file is damaged there
            return ""
        if not isinstance(found, dict):
            return ""
        country = found.get("country") or found.get("registered_country")
        code = country.get("iso_code") if isinstance(country, dict) else found.get("country_code", country)
        return code if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isupper() else ""
