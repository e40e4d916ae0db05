"""Addresses of the reports, below `/bao-cao/`."""

from django.urls import path

from . import pages

urlpatterns = [
    path("", pages.report, name="report"),
    path("co-quan.csv", pages.report_file, name="report-file"),
    path("ho-so/", pages.dossiers, name="report-dossiers"),
    path("ho-so.csv", pages.dossiers_file, name="report-dossiers-file"),
]
