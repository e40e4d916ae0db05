"""Addresses of the catalogue."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("thu-tuc/", views.procedures, name="procedures"),
    path("thu-tuc/goi-y/", views.suggest, name="suggest"),
    path("thu-tuc/<str:code>/", views.procedure, name="procedure"),
]
