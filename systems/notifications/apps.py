from django.apps import AppConfig


class Notifications(AppConfig):
    name = "systems.notifications"
    label = "notifications"
