"""Addresses of citizens and of the desk."""

from django.urls import path
from django.views.generic import TemplateView

from . import desk, desk_amounts, pages

urlpatterns = [
    path("", TemplateView.as_view(template_name="home.html"), name="home"),
    path("nop-ho-so/<slug:case>/", pages.submit_dossier, name="submit"),
    path("ho-so/<str:code>/", pages.dossier, name="dossier"),
    path("giay-hen/<str:token>/", pages.slip, name="slip"),
    path("tra-cuu/", pages.lookup, name="lookup"),
    path("huong-dan/", pages.guide, name="guide"),
    path("quay/", desk.desk, name="desk"),
    path("quay/<str:code>/", desk.desk_dossier, name="desk-dossier"),
    path("quay/<str:code>/trang-thai/", desk.desk_state, name="desk-state"),
    path("quay/<str:code>/hoi-ngan-hang/", desk.check_now, name="desk-check"),
    path("quay/<str:code>/muc-thu/", desk_amounts.set_amounts, name="desk-amounts"),
    path("quay/<str:code>/chuyen/", desk.next_step, name="desk-next"),
    path("quay/<str:code>/tra-ket-qua/", desk.hand_over, name="desk-hand-over"),
]
