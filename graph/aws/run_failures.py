"""AWS's documented errors of runs, by code or by their text, and what to do about each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from graph.model.advice import Advice, RunFailureClass, RunSide
from graph.model.run import Outcome, Run

GUIDE: Final = (
    "https://docs.aws.amazon.com/datasync/latest/userguide/"
    "troubleshooting-datasync-locations-tasks.html"
)
"""The page that AWS's API reference names for error codes of runs."""
_LOCATION: Final = re.compile(r"\bloc-[0-9a-f]+\b")
_NO_TEXT: Final = "AWS reports no reason. Its log of the run may have more."
_START_AGAIN: Final = "Start the mover again: only what is missing or differs is transferred."
_READ_LOG: Final = "Find the files in the task's log in CloudWatch, or in its task report."


@dataclass(frozen=True, slots=True)
class _Known:
    codes: frozenset[str]
    texts: tuple[str, ...]
    """Any of which is a part of AWS's text."""
    advice: Advice

    def applies(self, code: str, text: str) -> bool:
        return code in self.codes or any(each in text for each in self.texts)


def _known(  # noqa: PLR0913 - a row of the table
    named: str,
    texts: tuple[str, ...],
    kind: RunFailureClass,
    cause: str,
    steps: tuple[str, ...],
    *,
    retryable: bool,
    side: RunSide | None = None,
) -> _Known:
    advice = Advice(kind, cause, steps, retryable, side, link=GUIDE)
    return _Known(frozenset(named.split()), texts, advice)


_S3_ACCESS: Final = (
    "Check that the location's role may list the bucket and read or write its objects.",
    "Check the bucket policy and, if the bucket is encrypted with a KMS key, the key policy.",
)
KNOWN: Final = (
    _known(
        "FsS3UnableToConnectToEndpoint",
        (),
        RunFailureClass.UNREACHABLE,
        "The S3 bucket cannot be reached, or the location is misconfigured.",
        (
            "Check that the bucket exists, and that the location names it in its own region.",
            "With a VPC endpoint, check its policy and its security groups.",
        ),
        retryable=True,
    ),
    _known(
        "FsS3HeadBucketFailed",
        (),
        RunFailureClass.ACCESS_DENIED,
        "The location's role has no access to the S3 bucket, or the bucket cannot be reached.",
        _S3_ACCESS,
        retryable=False,
    ),
    _known(
        "SrcLocHitAccess",
        (),
        RunFailureClass.ACCESS_DENIED,
        "The source cannot be accessed.",
        ("Check that the role or the user of the source location may read it.",),
        retryable=False,
        side=RunSide.SOURCE,
    ),
    _known(
        "FsAzureBlobVolRootListBlobsFailed",
        ("Unable to list Azure Blobs on the volume root",),
        RunFailureClass.ACCESS_DENIED,
        "The Azure Blob container cannot be listed.",
        (
            "Check that the SAS token has the permission List, and has not expired.",
            "Check that the firewall of the storage account admits the agent.",
        ),
        retryable=False,
    ),
    _known(
        "",
        ("x40015",),
        RunFailureClass.AUTHENTICATION,
        "Kerberos rejects the credentials of a location.",
        (
            "Check the principal and the keytab of the location.",
            "If the password of the principal was changed, create a new keytab.",
        ),
        retryable=False,
    ),
    _known(
        "",
        ("x40016",),
        RunFailureClass.UNREACHABLE,
        "A file system cannot be mounted: its server does not respond, or the mount target of an "
        "EFS file system is gone.",
        (
            "Check that the agent, or the subnet of the location, reaches the server.",
            "If the mount target of an EFS file system was replaced, create the location again.",
        ),
        retryable=True,
    ),
    _known(
        "SyncTaskErrorLocationNotAdded",
        (),
        RunFailureClass.UNREACHABLE,
        "A location cannot be accessed.",
        ("Check that the locations of the mover exist and can be reached.",),
        retryable=True,
    ),
    _known(
        "FsNfsIdMappingEnabled",
        (),
        RunFailureClass.UNSUPPORTED,
        "The NFS server maps ids, which DataSync does not support for NFSv4.",
        ("Use NFSv3 for the location, or disable id mapping on the server.",),
        retryable=False,
    ),
    _known(
        "NoMem",
        ("Cannot allocate memory",),
        RunFailureClass.OUT_OF_MEMORY,
        "The agent has too little memory for the number of items.",
        (
            "Give the agent more memory.",
            "Or split the transfer into several movers with filters.",
        ),
        retryable=False,
    ),
    _known(
        "EniNotFound",
        (),
        RunFailureClass.NETWORK_INTERFACE_GONE,
        "A network interface that DataSync had created was deleted.",
        ("Start the mover again: DataSync creates the interface anew.",),
        retryable=True,
    ),
    _known(
        "ManifestFileDoesNotExist",
        (),
        RunFailureClass.FILE_NOT_FOUND,
        "A file that the manifest lists is not at the source.",
        ("Correct the manifest, or restore the file.",),
        retryable=False,
        side=RunSide.SOURCE,
    ),
    _known(
        "",
        ("Input/Output error", "Input/output error"),
        RunFailureClass.INPUT_OUTPUT,
        "The storage, or the network on the way to it, failed.",
        ("Check the storage, and the firewalls and routers on the way to it.", _START_AGAIN),
        retryable=True,
    ),
    _known(
        "",
        ("Verification detected mismatches",),
        RunFailureClass.VERIFICATION,
        "The transfer is complete, but some files differ from the source.",
        (_READ_LOG, "Check whether the files are changed during the transfer.", _START_AGAIN),
        retryable=True,
    ),
    _known(
        "",
        ("files skipped due to errors",),
        RunFailureClass.FILES_SKIPPED,
        "Some files could not be transferred.",
        (_READ_LOG, _START_AGAIN),
        retryable=True,
    ),
)
"""The first one that applies counts: those that name a code or a precise text come first."""
_SKIPPED: Final = KNOWN[-1].advice


def advice_on(run: Run) -> Advice | None:
    """None unless the run has failed, or has transferred only a part."""
    if run.outcome not in (Outcome.FAILED, Outcome.PARTIAL):
        return None
    code = (run.result and run.result.error_code) or ""
    text = (run.result and run.result.error_detail) or ""
    found = next((known.advice for known in KNOWN if known.applies(code, text)), None)
    failed = run.counters.files_failed or run.counters.folders_failed
    if found is None and not code and not text and failed:
        found = _SKIPPED
    if found is None:
        found = Advice(None, text or code or _NO_TEXT, link=GUIDE)
    named = _LOCATION.search(text)
    return replace(found, location_id=named[0] if named else None)
