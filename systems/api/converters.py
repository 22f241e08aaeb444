"""Parts of addresses."""

from django.urls.converters import UUIDConverter


class AnyCaseUUID(UUIDConverter):
    """A UUID in small letters or capitals: RFC 9562, section 4, has readers take both. Django's own takes small ones."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")
