from django.urls import path

from systems.accounts import views

urlpatterns = [
    path("auth/register/", views.Register.as_view(), name="register"),
    path("auth/token/", views.Token.as_view(), name="token"),
    path("auth/token/refresh/", views.Refresh.as_view(), name="token-refresh"),
    path("auth/logout/", views.Logout.as_view(), name="logout"),
    path("auth/me/", views.Me.as_view(), name="me"),
]
