"""The public addresses of this app."""

from django.urls import URLPattern, path

from attribution.views import unsubscribe_page

urlpatterns: list[URLPattern] = [
    path("report-mail/<str:token>", unsubscribe_page, name="report-mail-unsubscribe"),
]
