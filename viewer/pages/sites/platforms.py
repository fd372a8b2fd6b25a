"""Where the line goes, and how it is written, on the platforms that sites are made with.

The one source of these texts: the set-up page shows them, and a test holds docs/snippet.md to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markupsafe import Markup

from store.records import Site
from store.sites import script_href, snippet
from viewer.pages.frame.languages import Language

FIRST = "html"
_INLINE = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Place:
    """One place for the line: `where`, as Markdown within one line, and the `code` to paste there."""

    where: str
    code: str

    @property
    def html(self) -> Markup:
        return inline(self.where)


@dataclass(frozen=True)
class Platform:
    """What a site is made with. The `note` is Markdown within one line, or empty."""

    key: str
    name: str
    places: tuple[Place, ...]
    note: str = ""

    @property
    def note_html(self) -> Markup:
        return inline(self.note)


def inline(markdown: str) -> Markup:
    """Markdown of one line as HTML."""
    return Markup(_INLINE.renderInline(markdown))


def platforms(lang: Language, base: str, site: Site) -> tuple[Platform, ...]:
    """All platforms, with the code of this site; `base` is the address of Parcours."""
    _, line, source = lang.text, snippet(base, site), script_href(base)
    return (
        Platform(
            "html",
            "HTML",
            (Place(_("Before `</head>`, in the template that all pages share:"), line),),
        ),
        Platform(
            "gtm",
            _("Tag manager"),
            (
                Place(
                    _(
                        "In Google Tag Manager, add a tag of the type *Custom HTML* with the trigger *All Pages*, "
                        "paste this, and publish the container:"
                    ),
                    _injected(source, site.key),
                ),
            ),
            _("Visitors who block the tag manager are not counted, so a line in the page itself misses fewer."),
        ),
        Platform(
            "wordpress",
            "WordPress",
            (
                Place(_("With a plugin for header code, such as WPCode, as code for the header:"), line),
                Place(_("Without a plugin, at the end of `functions.php` of your child theme:"), _wordpress(line)),
            ),
            _("If a plugin caches pages, empty its cache once."),
        ),
        Platform(
            "react",
            "React",
            (
                Place(_("In `index.html`, before `</head>`:"), line),
                Place(
                    _("With React Router as a framework, inside `<head>` in `app/root.tsx`:"),
                    _element("script defer", source, site.key) + "></script>",
                ),
            ),
            _("Once is enough: a change of route begins a new view without more code."),
        ),
        Platform(
            "vue",
            "Vue",
            (
                Place(_("In `index.html`, before `</head>`:"), line),
                Place(_("With Nuxt, in `nuxt.config.ts`:"), _nuxt(source, site.key)),
            ),
            _("Once is enough: a change of route begins a new view without more code."),
        ),
        Platform(
            "next",
            "Next.js",
            (
                Place(
                    _("At the top of `app/layout.tsx` (with the Pages Router: `pages/_app.tsx`):"),
                    "import Script from 'next/script';",
                ),
                Place(
                    _("In the same file, after `{children}` (with the Pages Router: after `<Component … />`):"),
                    _element("Script", source, site.key) + ' strategy="afterInteractive" />',
                ),
            ),
            _("Once is enough: a change of route begins a new view without more code."),
        ),
        Platform(
            "shopify",
            "Shopify",
            (
                Place(
                    _("In *Online Store → Themes → Edit code*, in `layout/theme.liquid`, before `</head>`:"),
                    line,
                ),
            ),
            _("Shopify's checkout does not use the theme, so its pages are not counted."),
        ),
    )


def chosen(found: tuple[Platform, ...], key: str) -> Platform:
    """The platform with this key, else the first one."""
    return next((one for one in found if one.key == key), found[0])


def _element(name: str, source: str, key: str) -> str:
    return f'<{name} src="{source}" data-site="{key}"'


def _injected(source: str, key: str) -> str:
    """A tag manager drops `data-` attributes of a script element, so the tag makes the element itself."""
    return f"""<script>
  (function () {{
    var script = document.createElement('script');
    script.src = '{source}';
    script.setAttribute('data-site', '{key}');
    document.head.appendChild(script);
  }})();
</script>"""


def _wordpress(line: str) -> str:
    return f"""add_action('wp_head', function () {{ ?>
  {line}
<?php }});"""


def _nuxt(source: str, key: str) -> str:
    return f"""export default defineNuxtConfig({{
  app: {{
    head: {{
      script: [{{ src: '{source}', defer: true, 'data-site': '{key}' }}],
    }},
  }},
}});"""
