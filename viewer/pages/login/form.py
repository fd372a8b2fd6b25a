"""The form of the steps that sign in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

from store.definitions import Stored
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import label_of, lines, shown, shown_lines, text, version, versioned
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class SignInForm:
    """The form's fields as typed, and their faults."""

    pages: str = "/**"
    url: str = ""
    steps: str = ""
    version: int = 0
    faults: FormFaults = FormFaults()

    @classmethod
    def of(cls, stored: Stored) -> SignInForm:
        """The form filled with what is stored, valid or not."""
        fields = stored.fields
        pages, steps = shown_lines(fields, "pages"), shown_lines(fields, "steps")
        return cls(pages, shown(fields, "url"), steps, stored.version)

    @classmethod
    def typed(cls, form: FormData) -> SignInForm:
        return cls(str(form.get("pages", "")), text(form, "url"), str(form.get("steps", "")), version(form))

    def fields(self) -> dict[str, object]:
        """As plain fields for rules/sign_in.py."""
        fields: dict[str, object] = {
            "pages": list(lines(self.pages)),
            "url": self.url,
            "steps": self.steps.splitlines(),
        }
        return versioned(fields, self.version)


def label(lang: Language, path: str) -> str:
    """The form's label of a field, also of the forms of secrets and cookies."""
    _ = lang.text
    names = {
        "pages": _("Pages behind the login"),
        "url": _("Sign-in page"),
        "steps": _("Steps"),
        "name": _("Name"),
        "value": _("Value"),
        "cookies": _("Cookies"),
    }
    return label_of(names, path)


def sign_in_help(lang: Language) -> list[tuple[str, str]]:
    """An example of each kind of step that a sign-in usually needs, and what it does."""
    _ = lang.text
    return [
        ("fill #email with user", _("Write the secret “user” into a field")),
        ("fill #password with password", _("Write the secret “password” into a field")),
        ("click button[type=submit]", _("Click the first visible element that matches the selector")),
        ("submit #password", _("Press Enter in a field, where there is no button")),
        ("wait .account", _("Wait until it is visible. The last step: it confirms that the sign-in worked")),
    ]
