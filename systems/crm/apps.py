from django.apps import AppConfig


class Crm(AppConfig):
    name = "systems.crm"
    label = "crm"
