"""The web process: pages and the API."""

import os
from contextlib import suppress

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import override

from solmu.lib import collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "solmu.settings")

application = get_wsgi_application()

# Read now, not at the first visit: addresses and texts in each language, and the templates.
for code, _name in settings.LANGUAGES:
    with override(code):
        reverse("portal:home")
for path in sorted(settings.ROOT.glob("solmu/*/templates/**/*.html")):
    with suppress(TemplateSyntaxError):  # a broken page must not take the others with it
        get_template(str(path).partition("/templates/")[2])

collector.keep_all()
