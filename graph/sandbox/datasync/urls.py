"""The routing table; moto looks this module up beside ``models``."""

from graph.sandbox.datasync.responses import DataSyncResponse

url_bases = [r"https?://(.*\.)?datasync\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": DataSyncResponse.dispatch}
