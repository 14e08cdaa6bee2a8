"""Static files named by their content and compressed, so that browsers keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """What the web process serves; modules import each other by their named files too."""

    support_js_module_import_aggregation = True
