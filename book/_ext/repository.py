"""Sphinx extension: tells the book where its repository lives, if that is known.

The address has one setting, ``[tool.nexus] repository = "owner/name"`` in ``pyproject.toml``. The environment
variable ``GITHUB_REPOSITORY`` overrides it, so that a fork that builds on GitHub links to itself. Without an address
the book has no repository buttons, no links to Binder and Codespaces, no sitemap and no cards for social media: each
needs an address, and a button that leads nowhere is worse than none.

Where a page says ``git clone ADDRESS``, it gets the address, and loses the paragraph that explains the word. The
directive ``{launch}`` becomes the links to Binder and Codespaces; without an address, what is written in it.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxDirective

UNKNOWN = re.compile(r"^`ADDRESS` stands for .*\n\n", re.MULTILINE)
OWNER_AND_NAME = re.compile(r"([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)")


def find_repository(root: Path, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the repository's (owner, name), or None while no address is set.

    Raises ConfigError for an address that is not of the form ``owner/name``.
    """
    address = environ.get("GITHUB_REPOSITORY") or _setting(root / "pyproject.toml")
    if not address:
        return None
    parts = OWNER_AND_NAME.fullmatch(address)
    if parts is None:
        raise ConfigError(f"a repository is written owner/name, not {address!r}")
    return parts[1], parts[2]


def _setting(pyproject: Path) -> str:
    settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    return str(settings.get("tool", {}).get("nexus", {}).get("repository", ""))


def pages_address(owner: str, name: str) -> str:
    """Return the address under which GitHub Pages publishes the repository, with a slash at its end."""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"


def point_book_at_repository(app: Sphinx, config: Config) -> None:
    """Set the theme's repository buttons, the link to Binder and the book's public address."""
    repository = find_repository(Path(app.confdir), os.environ)
    if repository is None:
        return
    owner, name = repository
    config.html_baseurl = config.ogp_site_url = pages_address(owner, name)
    config.sitemap_url_scheme = "{link}"  # this book has one language and one version
    config.ogp_social_cards = {"line_color": "#0b6477"}
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path
    config.html_theme_options |= {
        "repository_url": f"https://github.com/{owner}/{name}",
        "repository_branch": "main",
        "use_repository_button": True,
        "use_issues_button": True,
        "use_edit_page_button": True,
        "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
    }


def name_address(app: Sphinx, docname: str, source: list[str]) -> None:
    """Say the repository's address where a page speaks of it."""
    if repository := find_repository(Path(app.confdir), os.environ):
        address = "https://github.com/" + "/".join(repository)
        source[0] = UNKNOWN.sub("", source[0]).replace("git clone ADDRESS", f"git clone {address}")


class Launch(SphinxDirective):
    """``{launch}``: the links to Binder and Codespaces, or its content while no address is set."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """A row of buttons, or the words."""
        repository = find_repository(Path(self.env.app.confdir), os.environ)
        if repository is None:
            return self.parse_content_to_nodes()
        address = "/".join(repository)
        places = {
            "Open in Binder": f"https://mybinder.org/v2/gh/{address}/main?urlpath=lab",
            "Open in Codespaces": f"https://codespaces.new/{address}",
        }
        links = (nodes.paragraph("", "", nodes.reference("", words, refuri=uri)) for words, uri in places.items())
        return [
            nodes.container(
                "", nodes.bullet_list("", *(nodes.list_item("", link) for link in links)), classes=["ways-in"]
            )
        ]


def add_codespaces(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the second link beside the theme's one to Binder."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            address = context["theme_repository_url"].removeprefix("https://github.com/")
            link = {"url": f"https://codespaces.new/{address}", "text": "Codespaces", "tooltip": "Open in Codespaces"}
            group["buttons"].append({"type": "link", "icon": "fas fa-terminal", "label": "codespaces-button", **link})


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    if find_repository(Path(app.confdir), os.environ):
        app.setup_extension("sphinx_sitemap")
        app.setup_extension("sphinxext.opengraph")
    app.add_directive("launch", Launch)
    app.connect("config-inited", point_book_at_repository)
    app.connect("source-read", name_address)
    app.connect("html-page-context", add_codespaces, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
