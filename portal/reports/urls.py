"""Addresses of the reports, below `/bao-cao/`."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.report, name="report"),
    path("co-quan.csv", views.report_file, name="report-file"),
    path("ho-so/", views.dossiers, name="report-dossiers"),
    path("ho-so.csv", views.dossiers_file, name="report-dossiers-file"),
]
