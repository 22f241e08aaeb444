"""Text that people write in several ways and that means the same."""

import unicodedata

UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # Unicode's categories of control, format and blanks


def normalize_email(address: str) -> str:
    """The one spelling of an e-mail address: Unicode's form NFKC, small letters, no blanks around it.

    NFKC comes before the small letters, since some letters have small ones only in that form, and again after them.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address).lower()).strip()


def visible(text: str) -> str:
    """The text without its blanks and without what nobody sees, such as a space of no width."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in UNSEEN)
