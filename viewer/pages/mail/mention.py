"""The mail to somebody who is mentioned in a note, in plain text."""

from __future__ import annotations

from viewer.access.password_links import AccountMail
from viewer.http.urls import Urls
from viewer.mentions import Mention
from viewer.pages.frame.languages import language


def mention_mail(urls: Urls, mention: Mention) -> AccountMail:
    """What was written, where, and how to end such mails."""
    lang, note, site = language(mention.language), mention.note, mention.site
    _ = lang.text
    subject = _("%(site)s: %(name)s mentions you in a note", site=site.name, name=mention.author)
    if note.page:
        href = urls.heatmap(site.id, page=note.page, notes=1)
    elif note.journey:
        href = urls.journey(site.id, note.journey)
    else:
        href = urls.overview(site.id, since=note.day, until=note.day)
    lines = (subject + ".", mention.text, urls.absolute(href), "--\n" + lang.named(_("Stop it"), mention.stop))
    return AccountMail(subject, "\n\n".join(lines) + "\n")
