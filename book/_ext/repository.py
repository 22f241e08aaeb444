"""Sphinx extension: tells the book where its repository lives, if that is known.

The address has one setting, ``[tool.nexus] repository = "owner/name"`` in ``pyproject.toml``. The environment
variable ``GITHUB_REPOSITORY`` overrides it, so that a fork that builds on GitHub links to itself. Without an address
the book has no repository buttons, no doors to Binder and Codespaces, no sitemap and no cards for social media: each
needs an address, and a button that leads nowhere is worse than none.
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
    """Set the theme's repository buttons, the door to Binder and the book's public address."""
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


def add_codespaces(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the second door beside the theme's one to Binder."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            address = context["theme_repository_url"].removeprefix("https://github.com/")
            door = {"url": f"https://codespaces.new/{address}", "text": "Codespaces", "tooltip": "Open in Codespaces"}
            group["buttons"].append({"type": "link", "icon": "fas fa-terminal", "label": "codespaces-button", **door})


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    if find_repository(Path(app.confdir), os.environ):
        app.setup_extension("sphinx_sitemap")
        app.setup_extension("sphinxext.opengraph")
    app.connect("config-inited", point_book_at_repository)
    app.connect("html-page-context", add_codespaces, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
