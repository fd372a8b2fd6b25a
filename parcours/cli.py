"""The `parcours` command."""

from __future__ import annotations

import errno
import sys
from typing import NoReturn

import click
from rich.console import Console

from collector.journal.journal import JournalHeld
from collector.settings import SettingsError
from parcours.commands import (
    data,
    define,
    erasing,
    importing,
    journal,
    login,
    mail,
    maps,
    offsite,
    people,
    pictures,
    programs,
    serving,
    sites,
)
from parcours.connection import ApiError
from parcours.data_folder import private_umask
from parcours.settings import BadSetting
from store.client import StoreError

# Exit codes; click itself uses 2 for a usage error.
FAILED, REFUSED, AWAY = 1, 3, 4


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="parcours", prog_name="parcours")
def cli() -> None:
    """Self-hosted heatmaps on the customer's journey.

    Example: parcours serve
    """


for command in (
    *serving.COMMANDS,
    *sites.COMMANDS,
    *people.COMMANDS,
    *login.COMMANDS,
    *define.COMMANDS,
    *pictures.COMMANDS,
    *maps.COMMANDS,
    *data.COMMANDS,
    *mail.COMMANDS,
    *erasing.COMMANDS,
    *importing.COMMANDS,
    *offsite.COMMANDS,
    *journal.COMMANDS,
    *programs.COMMANDS,
):
    cli.add_command(command)


def _stop(message: str, hint: str, code: int) -> NoReturn:
    console = Console(stderr=True, highlight=False)
    console.print(message, style="bold red", markup=False, soft_wrap=True)  # paths and commands stay whole
    if hint:
        console.print(hint, markup=False, soft_wrap=True)
    sys.exit(code)


def explained(error: OSError) -> tuple[str, str]:
    """What happened to which file, and what to do. Other errors than those of the disk are bugs, and raised again."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        hint = "Free some space and try again."
    elif error.errno == errno.EROFS:
        hint = "Mount it writable, or choose another folder."
    elif error.errno in (errno.EACCES, errno.EPERM):
        hint = "Run the command as the owner of the folder, or choose another one."
    elif error.filename:
        hint = ""
    else:
        raise error
    return ": ".join(str(part) for part in (error.filename, error.strerror) if part) + ".", hint


def main() -> None:
    """Run the command; an error is reported with a message and an exit code."""
    private_umask()
    try:
        sys.exit(cli(standalone_mode=False) or 0)  # without standalone mode, click returns the code of an Exit
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except ApiError as error:
        _stop("\n".join(error.faults) or error.message, error.hint, AWAY if error.status == 503 else REFUSED)
    except (BadSetting, SettingsError) as error:
        _stop(str(error), "", 2)
    except (StoreError, JournalHeld) as error:
        _stop(str(error), "", AWAY)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        _stop(*explained(error), FAILED)


if __name__ == "__main__":
    main()
