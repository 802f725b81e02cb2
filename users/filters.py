"""Filters that refuse a malformed value instead of guessing, for every app; and the users' own."""

import re

from django import forms
from django.db.models import Q
from django_filters import rest_framework as filters

from users.models import Role, User

LARGEST_ID = 2**63 - 1


class BooleanField(forms.Field):
    def to_python(self, value):
        if value in (None, ""):
            return None
        try:
            return {"true": True, "false": False}[value.lower()]
        except KeyError:
            raise forms.ValidationError("Write true or false.", code="invalid") from None


class BooleanFilter(filters.Filter):
    """`true` or `false`; django-filter's own takes `banana` for no filter at all."""

    field_class = BooleanField


class IdField(forms.IntegerField):
    """Digits, where Django's own field also takes `1.0`, `1_0` and the digits of other scripts."""

    def to_python(self, value):
        if value not in self.empty_values and not re.fullmatch(r"-?[0-9]+", value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class IdFilter(filters.Filter):
    """An id, in 64 bits."""

    field_class = IdField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=-LARGEST_ID, max_value=LARGEST_ID, **kwargs)


class OrderingFilter(filters.OrderingFilter):
    """Rows that tie keep one order, by their key: without it a page could repeat what the one before had."""

    def filter(self, queryset, value):
        ordered = super().filter(queryset, value)
        return ordered.order_by(*ordered.query.order_by, "pk") if value else ordered


class UserFilter(filters.FilterSet):
    search = filters.CharFilter(method="search_name_and_email", label="Part of the username or e-mail address")
    role = filters.ChoiceFilter(choices=Role)
    is_active = BooleanFilter()

    class Meta:
        model = User
        fields = ()

    def search_name_and_email(self, queryset, name, value):
        return queryset.filter(Q(username__icontains=value) | Q(email__icontains=value))
