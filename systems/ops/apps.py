from django.apps import AppConfig


class Ops(AppConfig):
    name = "systems.ops"
    label = "ops"
