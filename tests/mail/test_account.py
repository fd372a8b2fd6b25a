"""The settings of the mail server."""

from __future__ import annotations

import pytest

from parcours.settings import BadSetting, Settings, read_settings, shown
from viewer.mail.account import BadAccount, SmtpAccount, smtp_account
from viewer.mail.address import BadAddress, mail_address

FROM = "Parcours <stats@shop.example>"


def test_the_scheme_decides_how_the_connection_is_encrypted() -> None:
    tls = smtp_account("smtps://me:p%40ss%2F@mail.shop.example", FROM)
    assert tls == SmtpAccount("mail.shop.example", 465, "tls", "stats@shop.example", "Parcours", "me", "p@ss/")
    required = smtp_account("smtp://me:secret@mail.shop.example:2525", "stats@shop.example")
    assert required
    assert (required.port, required.encryption, required.sender_name) == (2525, "starttls", "")
    plain = smtp_account("smtp://127.0.0.1?starttls=never", "stats@shop.example")
    assert plain
    assert (plain.port, plain.encryption, plain.user) == (25, "none", "")


def test_without_settings_there_is_no_mail() -> None:
    assert smtp_account("", "") is None


@pytest.mark.parametrize(
    ("url", "sender", "words"),
    [
        ("", "a@b.example", "needs PARCOURS_SMTP_URL"),
        ("smtps://u:secret@host", "", "needs PARCOURS_MAIL_FROM"),
        ("smtps://u:secret@host", "nobody", "is not a mail address"),
        ("smtps://u:secret@host", "A <a@b.example>\r\nBcc: x@y.example", "control characters"),
        ("https://u:secret@host", "a@b.example", "must begin with smtps"),
        ("smtps://u:secret@host:port", "a@b.example", "cannot be read"),
        ("smtps://u:se/cret@host", "a@b.example", "."),
        ("smtp://u:secret@host?starttls=never", "a@b.example", "without encryption"),
        ("smtp://host?starttls=maybe", "a@b.example", "accepts [?]starttls=never"),
        ("smtps://host?starttls=never", "a@b.example", "accepts [?]starttls=never"),
    ],
)
def test_a_bad_setting_is_reported_without_the_password(url: str, sender: str, words: str) -> None:
    with pytest.raises(BadAccount, match=words) as caught:
        smtp_account(url, sender)
    assert "secret" not in str(caught.value)
    with pytest.raises(BadSetting, match=words):
        read_settings({"PARCOURS_SMTP_URL": url, "PARCOURS_MAIL_FROM": sender})


def test_the_password_is_never_shown() -> None:
    settings = read_settings({"PARCOURS_SMTP_URL": "smtps://u:secret@host", "PARCOURS_MAIL_FROM": "a@b.example"})
    found = smtp_account(settings.smtp_url, settings.mail_from)
    field = next(one for one in Settings.__dataclass_fields__.values() if one.name == "smtp_url")
    assert found
    for text in (repr(settings), repr(found), found.shown, str(shown(field, settings))):
        assert "secret" not in text


@pytest.mark.parametrize("text", ["a@shop.example", "a.b+c@xn--mller-kva.example", " a@shop.example ", "a@localhost"])
def test_addresses_are_accepted(text: str) -> None:
    assert mail_address(text) == text.strip()


def test_a_domain_is_written_in_ascii() -> None:
    assert mail_address("a@Müller.Example") == "a@xn--mller-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "@shop.example", "a@", "a@b@c", "a b@shop.example", "a@shop.example\r\nBcc: b@shop.example",
        "a@shop.example\n", "a@shop.example, b@shop.example", "A <a@shop.example>", "a..b@shop.example",
        '"a"@shop.example', "a@shop..example", "a@-shop.example", "a@[127.0.0.1]", "a@https://shop.example",
        "é@shop.example", f"{'a' * 65}@shop.example", f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.fr",
        "a\0@shop.example", "a@shop.example\u2028",
    ],
)  # fmt: skip
def test_what_is_not_one_address_is_rejected(text: str) -> None:
    with pytest.raises(BadAddress):
        mail_address(text)
