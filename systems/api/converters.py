"""Parts of addresses."""

from django.urls.converters import UUIDConverter


class AnyCaseUUID(UUIDConverter):
    """A UUID in small letters or capitals: RFC 9562, section 4, reads both. Django's own takes small ones alone."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")
