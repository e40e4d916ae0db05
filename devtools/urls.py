"""Addresses that only a developer's machine and the demo have."""

from django.urls import path

from . import inbox_views

urlpatterns = [path("tin-nhan/", inbox_views.phones, name="phones")]
