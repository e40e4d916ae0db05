"""Addresses of citizens and of the desk."""

from django.urls import include, path

from . import pages, paying

urlpatterns = [
    path("nop-ho-so/<slug:case>/", pages.submit_dossier, name="submit"),
    path("ho-so/<str:code>/", pages.dossier, name="dossier"),
    path("giay-hen/<str:token>/", pages.slip, name="slip"),
    path("tra-cuu/", pages.lookup, name="lookup"),
    path("nop-tai-quay/<str:token>/", paying.at_counter, name="pay-at-counter"),
    path("quay/", include("dossiers.desk.urls")),
]
