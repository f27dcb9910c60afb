"""What the web server calls: the page from memory, the desk's files, then Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.config.settings")
django = get_wsgi_application()

from troth.config.statics import Statics  # noqa: E402 - settings must be there first

application = Statics(django)
