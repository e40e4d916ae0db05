"""Addresses of the sign-in; allauth finds them by the provider's package."""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from .provider import VneidProvider

urlpatterns = default_urlpatterns(VneidProvider)
