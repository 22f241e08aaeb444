from django.apps import AppConfig


class Web(AppConfig):
    name = "systems.web"
    label = "web"
