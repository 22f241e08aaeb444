from django.apps import AppConfig


class Accounts(AppConfig):
    name = "systems.accounts"
    label = "accounts"
