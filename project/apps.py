from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    """Django's admin app, with this project's site."""

    default_site = "project.admin.AdminSite"
