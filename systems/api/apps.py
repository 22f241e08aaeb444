from django.apps import AppConfig
from django.urls import register_converter
from django.utils.module_loading import autodiscover_modules

from systems.api.converters import AnyCaseUUID


class Api(AppConfig):
    name = "systems.api"
    label = "api"

    def ready(self) -> None:
        register_converter(AnyCaseUUID, "id")
        autodiscover_modules("problems")  # each app's own errors, registered with their types of problem
