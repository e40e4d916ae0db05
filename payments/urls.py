"""Addresses of gateways and payers."""

from django.urls import include, path

from .checkout import bill_views, payment_views
from .receipts import views as receipts_views

urlpatterns = [
    path("", include("payments.callbacks.urls")),
    path("doi-soat/", include("payments.accounting.urls")),
    path("thanh-toan/<str:token>/", bill_views.bill, name="bill"),
    path("thanh-toan/<str:token>/trang-thai/", bill_views.bill_state, name="bill-state"),
    path("thanh-toan/<str:token>/ma-qr/", payment_views.transfer, name="transfer"),
    path("thanh-toan/<str:token>/ma-qr.png", payment_views.transfer_picture, name="transfer-picture"),
    path("thanh-toan/<str:token>/<slug:gateway>/", payment_views.pay, name="pay"),
    path("bien-lai/<str:token>.pdf", receipts_views.receipt_file, name="receipt-file"),
    path("bien-lai/<str:token>/", receipts_views.receipt, name="receipt"),
    path("xac-minh/", receipts_views.verify, name="verify"),
    path("xac-minh/<str:number>/", receipts_views.verify_receipt, name="verify-receipt"),
]
