"""What browsers fetch without a session: the snippet."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from tracking.snippet import load_snippet


@require_safe
@gzip_page
@condition(etag_func=lambda request: load_snippet().etag)
def snippet(request: HttpRequest) -> HttpResponse:
    """Answer with the script; browsers keep it for an hour and then ask whether it changed."""
    response = HttpResponse(load_snippet().body, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600, stale-while-revalidate=86400"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response
