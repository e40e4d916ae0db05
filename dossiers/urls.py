"""Addresses of citizens and of the desk."""

from django.urls import include, path

from . import pages

urlpatterns = [
    path("nop-ho-so/<slug:case>/", pages.submit_dossier, name="submit"),
    path("ho-so/<str:code>/", pages.dossier, name="dossier"),
    path("giay-hen/<str:token>/", pages.slip, name="slip"),
    path("tra-cuu/", pages.lookup, name="lookup"),
    path("quay/", include("dossiers.desk.urls")),
]
