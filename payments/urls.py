"""Addresses of gateways and payers."""

from django.urls import include, path, re_path

from . import pages, paying, receipt_pages, views

# A gateway that writes the slash differently must be understood, never redirected.
urlpatterns = [
    re_path(
        r"^(?:gateways/vietinbank|vpg/collection/api/v1|api/v1)/inq-bill/?$",
        views.inquire,
        {"gateway": "vietinbank"},
        name="vietinbank-inquire",
    ),
    re_path(
        r"^(?:gateways/vietinbank|vpg/collection/api/v1|api/v1)/notify-bill/?$",
        views.notify,
        {"gateway": "vietinbank"},
        name="vietinbank-notify",
    ),
    re_path(r"^gateways/(?P<gateway>[a-z_]+)/notify/?$", views.notify, name="gateway-notify"),
    re_path(r"^gateways/(?P<gateway>[a-z_]+)/return/?$", views.returned, name="gateway-return"),
    path("doi-soat/", include("payments.accounting.urls")),
    path("thanh-toan/<str:token>/", pages.bill, name="bill"),
    path("thanh-toan/<str:token>/trang-thai/", pages.bill_state, name="bill-state"),
    path("thanh-toan/<str:token>/ma-qr/", paying.transfer, name="transfer"),
    path("thanh-toan/<str:token>/ma-qr.png", paying.transfer_picture, name="transfer-picture"),
    path("thanh-toan/<str:token>/<slug:gateway>/", paying.pay, name="pay"),
    path("bien-lai/<str:token>.pdf", receipt_pages.receipt_file, name="receipt-file"),
    path("bien-lai/<str:token>/", receipt_pages.receipt, name="receipt"),
    path("xac-minh/", receipt_pages.verify, name="verify"),
    path("xac-minh/<str:number>/", receipt_pages.verify_receipt, name="verify-receipt"),
]
