"""The theme of the administration."""

from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "Một Cửa Pay",
    "SITE_HEADER": "Một Cửa Pay",
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")}],
    "STYLES": [lambda request: static("css/bundles/administration.css")],
    "SCRIPTS": [lambda request: static("js/names.js")],
    # The product's own teal (static/css/base/tokens.css), light to dark; the theme's is purple.
    "COLORS": {
        "primary": {
            "50": "#eef6f8",
            "100": "#d5e8ed",
            "200": "#abd2dc",
            "300": "#78b5c5",
            "400": "#3f93a8",
            "500": "#0b7891",
            "600": "#00566b",
            "700": "#004759",
            "800": "#003746",
            "900": "#002834",
            "950": "#001a22",
        }
    },
    "DASHBOARD_CALLBACK": "portal.administration.dashboard.show",
    "SIDEBAR": {"navigation": "portal.administration.navigation.navigation"},
}
