"""Addresses of citizens and of the desk."""

from django.urls import include, path
from django.views.generic import TemplateView

from . import pages

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("nop-ho-so/<slug:case>/", pages.submit_dossier, name="submit"),
    path("ho-so/<str:code>/", pages.dossier, name="dossier"),
    path("giay-hen/<str:token>/", pages.slip, name="slip"),
    path("tra-cuu/", pages.lookup, name="lookup"),
    path("huong-dan/", pages.guide, name="guide"),
    path("quay/", include("dossiers.desk.urls")),
]
