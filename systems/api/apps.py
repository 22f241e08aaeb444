from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Api(AppConfig):
    name = "systems.api"
    label = "api"

    def ready(self) -> None:
        autodiscover_modules("problems")  # each app's own errors, registered with their types of problem
