from django.apps import AppConfig


class Outbox(AppConfig):
    name = "systems.outbox"
    label = "outbox"
