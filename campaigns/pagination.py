"""Cursor pagination, the same for every list of the API."""

from rest_framework.pagination import CursorPagination


class NewestFirstPagination(CursorPagination):
    """Pages of 50 (up to 500 with `page_size`), newest first; ids are ordered by time."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 500
