"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from portal.administration.gateway_care import test_payment_views, undelivered_views
from portal.administration.gateway_care import views as gateway_pages
from portal.administration.onboarding.board_views import onboarding
from portal.administration.onboarding.checklist_views import checklist
from portal.administration.read_only.views import read_only
from portal.administration.reorganisation import views as reform_pages
from portal.administration.structure_views import structure

from . import health_views, metrics_views
from . import shared_computer_views as shared_computer
from .accounts import second_factor_views
from .public import (
    csp_report_views,
    developer_views,
    figures_views,
    guide_views,
    status_views,
    style_page_views,
    well_known_views,
)

handler500 = "portal.middleware.failed"

urlpatterns = [
    *(path("", include(addresses)) for addresses in settings.EXTRA_ADDRESSES),
    path("api/", developer_views.developers, name="developers"),
    path("api/problems/<slug:name>", developer_views.problem, name="problem"),
    path("api/v1/", include("payments.api.urls")),
    path(
        "api/schema/",
        developer_views.DescriptionView.as_view(authentication_classes=[], permission_classes=[]),
        name="schema",
    ),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            authentication_classes=[],
            permission_classes=[],
            template_name="portal/api_docs.html",
            title="Một Cửa Pay: API",
        ),
        name="api-docs",
    ),
    path("health/live", health_views.live, name="health-live"),
    path("health/ready", health_views.ready, name="health-ready"),
    path("metrics", metrics_views.metrics, name="metrics"),
    path("huong-dan/", guide_views.guide, name="guide"),
    path("huong-dan/tu-dung/", guide_views.glossary, name="glossary"),
    path("huong-dan/quay/", guide_views.counters, name="counters"),
    path("huong-dan/quay/<int:number>/", guide_views.counter, name="counter"),
    path("huong-dan/quay/<int:number>/ap-phich/", guide_views.poster, name="poster"),
    path("huong-dan/quay/<int:number>/ap-phich.pdf", guide_views.poster_file, name="poster-file"),
    path("robots.txt", well_known_views.robots, name="robots"),
    path(".well-known/security.txt", well_known_views.security, name="security-txt"),
    path("tinh-trang/", status_views.status, name="gateway-status"),
    path("thong-ke/", figures_views.figures, name="figures"),
    path("bao-cao/", include("portal.reports.urls")),
    path("thiet-ke/", style_page_views.style_page, name="style-page"),
    path("bao-vi-pham-csp/", csp_report_views.csp_report, name="csp-report"),
    path("may-dung-chung/", shared_computer.mark, name="shared-computer"),
    path("may-dung-chung/xong/", shared_computer.leave, name="leave"),
    path("may-dung-chung/het-gio/", shared_computer.idle, name="leave-idle"),
    path("i18n/", include("django.conf.urls.i18n")),
    # An administrator keeps people's addresses: allauth's own pages for them are not offered.
    path("tai-khoan/email/", RedirectView.as_view(pattern_name="mfa_index")),
    re_path("^tai-khoan/confirm-email/", RedirectView.as_view(pattern_name="mfa_index")),
    path("tai-khoan/2fa/authenticate/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("tai-khoan/", include("allauth.urls")),
    path("admin/trien-khai/", admin.site.admin_view(onboarding), name="onboarding"),
    path("admin/trien-khai/<int:number>/", admin.site.admin_view(checklist), name="checklist"),
    path("admin/co-cau/", admin.site.admin_view(structure), name="structure"),
    path("admin/cong-thanh-toan/", admin.site.admin_view(gateway_pages.gateways), name="gateways"),
    path(
        "admin/cong-thanh-toan/<int:account>/thu/",
        admin.site.admin_view(test_payment_views.begin),
        name="test-payment-begin",
    ),
    path(
        "admin/cong-thanh-toan/thu/<int:pk>/",
        admin.site.admin_view(test_payment_views.test_payment),
        name="test_payment",
    ),
    path(
        "admin/cong-thanh-toan/thu/<int:pk>/trang-thai/",
        admin.site.admin_view(test_payment_views.test_payment_state),
        name="test-payment-state",
    ),
    path(
        "admin/cong-thanh-toan/gian-doan.csv",
        admin.site.admin_view(gateway_pages.outages_file),
        name="gateway-outages",
    ),
    path("admin/khong-den-noi/", admin.site.admin_view(undelivered_views.undelivered), name="undelivered"),
    path("admin/chi-xem/", admin.site.admin_view(read_only), name="read-only"),
    path("admin/sap-xep/", admin.site.admin_view(reform_pages.reform), name="reform"),
    path("admin/sap-xep/<int:number>/", admin.site.admin_view(reform_pages.done), name="reform-done"),
    path("admin/", admin.site.urls),
    path("", include("payments.urls")),
    path("", include("procedures.urls")),
    path("", include("dossiers.urls")),
]
