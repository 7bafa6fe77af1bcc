"""The public addresses of this app."""

from django.urls import URLPattern, path

from campaigns.views import convention_csv, convention_markdown, show_convention

urlpatterns: list[URLPattern] = [
    path("conventions/<str:token>.md", convention_markdown, name="convention-markdown"),
    path("conventions/<str:token>.csv", convention_csv, name="convention-csv"),
    path("conventions/<str:token>", show_convention, name="convention"),
]
