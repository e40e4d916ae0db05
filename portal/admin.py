"""Unregisters administration pages of libraries that we do not offer.

Groups and stored permissions: rights come from roles with dates. Authenticators: their page shows
secrets; a second factor is taken away with a button of the person's own page, as sessions are ended.
Accounts of VNeID: a citizen's account is nobody's to edit. E-mail addresses: they are the
account's.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

for _model in (Group, EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(_model)

admin.site.index_title = _("Bàn quản trị")
