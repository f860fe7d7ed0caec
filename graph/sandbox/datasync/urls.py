"""moto looks this module up beside ``models``: it is the whole routing table."""

from graph.sandbox.datasync.responses import DataSyncResponse

url_bases = [r"https?://(.*\.)?datasync\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": DataSyncResponse.dispatch}
