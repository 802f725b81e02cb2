import re
from base64 import b64decode

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail, ValidationError

PAGE_SIZE, MAX_PAGE_SIZE = 20, 100
COUNTED = 10_000
# Inside of a cursor: an offset, whether it goes backwards, and a position, which is an id.
CURSOR = re.compile(rb"(o=[0-9]{1,18})?&?(r=1)?&?(p=[0-9]{1,18})?")


def whole_number(request, name: str, default: int) -> int:
    """A query parameter that is a whole number. Raises ValidationError at `name`."""
    text = request.query_params.get(name, "")
    if text == "":
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ValidationError({name: [ErrorDetail("Give a whole number.", "invalid")]})
    return int(text)


def page_size(request) -> int:
    size = whole_number(request, "page_size", PAGE_SIZE)
    if not 1 <= size <= MAX_PAGE_SIZE:
        raise ValidationError({"page_size": [ErrorDetail(f"Give a number from 1 to {MAX_PAGE_SIZE}.", "invalid")]})
    return size


class BoundedPaginator(Paginator):
    """
    Counts no further than COUNTED rows, so that a list costs the same however long it gets; and not at all when a page
    is the last one, for then it tells.
    """

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[:COUNTED].count()

    def page(self, number: int) -> Page:
        start = (number - 1) * self.per_page
        stop = min(start + self.per_page, COUNTED)
        rows = list(self.object_list[start : stop + 1]) if 0 <= start < stop else []
        if not rows and number != 1:
            raise EmptyPage
        if start + len(rows) <= stop:
            self.count = start + len(rows)
        return self._get_page(rows[: stop - start], number, self)


class DescribedPageSize:
    """For the schema: DRF's own description leaves out how large a page can be."""

    def get_schema_operation_parameters(self, view) -> list[dict]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return parameters


def page_schema(results: dict, **more: dict) -> dict:
    """For the OpenAPI schema: all of it is always there. DRF's own leaves `next` and `previous` out of `required`."""
    link = {"type": "string", "format": "uri", "nullable": True}
    properties = {**more, "next": link, "previous": dict(link), "results": results}
    return {"type": "object", "required": list(properties), "properties": properties}


class PageNumberPagination(DescribedPageSize, pagination.PageNumberPagination):
    """`page` and `page_size`. A page that is not there is 404, a malformed number 400."""

    django_paginator_class = BoundedPaginator
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    last_page_strings = ()
    invalid_page_message = "There is no such page. Begin with the first, and follow `next`."

    def get_paginated_response_schema(self, schema: dict) -> dict:
        return page_schema(schema, count={"type": "integer", "description": f"Exact below {COUNTED}: then at least."})

    def get_page_size(self, request) -> int:
        return page_size(request)

    def get_page_number(self, request, paginator) -> int:
        return whole_number(request, self.page_query_param, 1)


class CursorPagination(DescribedPageSize, pagination.CursorPagination):
    """For lists that only ever grow: newest first by id, `cursor` and `page_size`."""

    ordering = "-pk"
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def get_paginated_response_schema(self, schema: dict) -> dict:
        return page_schema(schema)

    def get_page_size(self, request) -> int:
        return page_size(request)

    def decode_cursor(self, request):
        """DRF's own skips what it does not know, and believes any position."""
        try:
            inside = b64decode(request.query_params.get(self.cursor_query_param, ""), validate=True)
        except ValueError:
            inside = b"?"
        if not CURSOR.fullmatch(inside):
            detail = "This is no cursor of this list. Follow `next` and `previous` as they are."
            raise ValidationError({"cursor": [ErrorDetail(detail, "invalid")]})
        return super().decode_cursor(request)
