from django.apps import AppConfig


class Sample(AppConfig):
    name = "systems.sample"
    label = "sample"
