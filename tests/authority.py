"""A certificate authority that has signed nothing, where no peer of a test uses TLS.

Reading the certificates of all authorities takes 60 ms each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

AUTHORITY: Final = str(Path(__file__).with_name("authority.pem"))
ONE_AUTHORITY: Final = {"AWS_CA_BUNDLE": AUTHORITY, "SSL_CERT_FILE": AUTHORITY}
"""The environment of a process that uses it."""
