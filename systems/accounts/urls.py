from django.urls import path

from systems.accounts import views

urlpatterns = [
    path("register/", views.Register.as_view(), name="register"),
    path("token/", views.Token.as_view(), name="token"),
    path("token/refresh/", views.Refresh.as_view(), name="token-refresh"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("me/", views.Me.as_view(), name="me"),
]
