"""The settings, in parts: what may be set in the environment, and what follows from it.

What is not set is safe. A variable that is missing or wrong ends the start, with a line for each.
"""

from systems.settings.api import *  # noqa: F403
from systems.settings.django import *  # noqa: F403
from systems.settings.environment import env
from systems.settings.logs import *  # noqa: F403
from systems.settings.mail import *  # noqa: F403
from systems.settings.payments import *  # noqa: F403
from systems.settings.rules import *  # noqa: F403
from systems.settings.services import *  # noqa: F403
from systems.settings.tasks import *  # noqa: F403

env.refuse()
