"""Addresses of the bills API under /api/v1/."""

from django.urls import path

from . import receipt_views, refund_views, views, webhook_views

urlpatterns = [
    path("bills", views.BillList.as_view(), name="api-bills"),
    path("bills/<int:bill_id>", views.BillDetail.as_view(), name="api-bill"),
    path("bills/<int:bill_id>/payments", views.BillPayments.as_view(), name="api-bill-payments"),
    path("bills/<int:bill_id>/cancel", views.BillCancel.as_view(), name="api-bill-cancel"),
    path("payments/<int:payment_id>/check", views.PaymentCheck.as_view(), name="api-payment-check"),
    path("payments/<int:payment_id>/refunds", refund_views.PaymentRefunds.as_view(), name="api-payment-refunds"),
    path("receipts/<str:token>/file", receipt_views.ReceiptFile.as_view(), name="api-receipt-file"),
    path("refunds", refund_views.RefundList.as_view(), name="api-refunds"),
    path("refunds/<int:refund_id>", refund_views.RefundDetail.as_view(), name="api-refund"),
    path("webhooks", webhook_views.WebhookList.as_view(), name="api-webhooks"),
    path("webhooks/<int:endpoint_id>", webhook_views.WebhookDetail.as_view(), name="api-webhook"),
    path("webhooks/<int:endpoint_id>/test", webhook_views.WebhookTest.as_view(), name="api-webhook-test"),
]
