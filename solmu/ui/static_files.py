"""Static files named by their content and compressed, so that browsers keep them for good."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The style sheets of every page, in the order in which they follow each other.
SHEETS = ("tokens", "base", "shell", "components", "forms", "charts")
PRINT = "ui/css/print.css"
BUNDLE = "ui/css/all.css"


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """What the web process serves; modules import each other by their named files too."""

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Name and compress what was collected, with the common style sheets as one file too."""
        if not dry_run and f"ui/css/{SHEETS[0]}.css" in paths:
            if self.exists(BUNDLE):
                self.delete(BUNDLE)
            self.save(BUNDLE, ContentFile(self._bundle()))
            paths = paths | {BUNDLE: (self, BUNDLE)}
        yield from super().post_process(paths, dry_run, **options)

    def _bundle(self) -> str:
        parts = [self._text(f"ui/css/{name}.css") for name in SHEETS]
        return "\n".join([*parts, "@media print {", self._text(PRINT), "}\n"])

    def _text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())


def stylesheets() -> SafeString:
    """Links to the style sheets of every page: one file once they are collected."""
    if settings.STATIC_ROOT:
        return format_html('<link rel="stylesheet" href="{}">', static(BUNDLE))
    links = format_html_join(
        "\n",
        '<link rel="stylesheet" href="{}">',
        ((static(f"ui/css/{name}.css"),) for name in SHEETS),
    )
    return links + format_html('\n<link rel="stylesheet" href="{}" media="print">', static(PRINT))
