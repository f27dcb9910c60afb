import json
import os
import subprocess
import sys

import pytest

_ASK = """
import json, django
from django.conf import settings
names = ("SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY "
         "SESSION_COOKIE_SAMESITE SESSION_COOKIE_NAME CSRF_COOKIE_NAME SECURE_HSTS_SECONDS "
         "ACCOUNT_DEFAULT_HTTP_PROTOCOL").split()
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_behind_tls_nothing_of_ours_travels_in_the_clear(tmp_path, scheme):
    secure = scheme == "https"
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "troth.config.settings",
        "TROTH_DATA": str(tmp_path),
        "TROTH_BASE_URL": f"{scheme}://trust.example",
    }
    ran = subprocess.run(
        [sys.executable, "-c", _ASK], env=environ, capture_output=True, text=True, check=True
    )
    prefix = "__Host-" if secure else ""
    assert json.loads(ran.stdout) == {
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": f"{prefix}troth",
        "CSRF_COOKIE_NAME": f"{prefix}troth-csrf",
        "SECURE_HSTS_SECONDS": 31_536_000 if secure else 0,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": scheme,
    }
