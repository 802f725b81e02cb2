import csv
import io

from rest_framework import renderers


class CSVRenderer(renderers.BaseRenderer):
    """Rows as a spreadsheet takes them (RFC 4180)."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, rows, accepted_media_type=None, renderer_context=None) -> str:
        text = io.StringIO()
        header = renderer_context["view"].columns
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows([harmless(row[name]) for name in header] for row in rows)
        return text.getvalue()


def harmless(value) -> str:
    """A cell that no spreadsheet runs as a formula (OWASP CSV Injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
