"""What Django's own validators of passwords let pass: there, blanks are characters, and digits among them a text."""

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator, NumericPasswordValidator

from systems.core.text import visible


class VisibleLengthValidator(MinimumLengthValidator):
    """At least so many characters that can be seen."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(visible(password), user)


class DigitsValidator(NumericPasswordValidator):
    """Not digits alone, in whatever groups."""

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(visible(password), user)
