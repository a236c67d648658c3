"""Docstrings written for any reader: roles become code, a double colon becomes one."""

import re
from typing import Any

ROLE = re.compile(r":(?:class|func|mod|meth|data|attr):(<code>)~?(?:[\w.]*\.(?=\w+</code>))?")
DOUBLE_COLON = re.compile(r"\s?::(?=</p>)")


def on_page_content(page_html: str, /, **_: Any) -> str:
    """Return the page's HTML with reStructuredText roles and double colons made plain."""
    return DOUBLE_COLON.sub(":", ROLE.sub(r"\1", page_html))
