"""Database engines: how SQLite and PostgreSQL are connected to, and what their errors disclose."""

from __future__ import annotations

import os
import re
import select
import time
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

SECONDS: Final = 10.0
"""In which a statement has to be answered."""
_IDLE: Final = 1.0
"""Seconds after which an idle connection is tested before it is used again."""
_LONG_IDLE: Final = 30.0
"""Seconds up to which the test is whether something has arrived: a database that ends connections
says so, or its system does. After that, a router may have forgotten the connection."""
_DETAIL: Final = re.compile(r"\n(DETAIL|CONTEXT|HINT|QUERY|WHERE):[^\n]*")
"""Lines of PostgreSQL's messages that may quote values."""
_POSTGRES: Final = {
    "connect_timeout": int(SECONDS / 2),
    # Detects a database server that has vanished, and ends statements that hang.
    "tcp_user_timeout": int(500 * SECONDS),
    "options": f"-c statement_timeout={int(800 * SECONDS)}",
}


def connect(url: sa.URL, connections: int) -> sa.Engine:
    """An engine with at most ``connections``, or one connection per thread for SQLite."""
    hide_values()
    if url.get_backend_name() == "sqlite":
        prepare_file(str(url.database))
        engine = sa.create_engine(url, connect_args={"timeout": SECONDS / 2}, hide_parameters=True)
        sa.event.listen(engine, "connect", _wal)
        return engine
    engine = sa.create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args=_POSTGRES,
        hide_parameters=True,
    )
    _ping_the_idle(engine)
    return engine


def driver_url(url: str) -> sa.URL:
    """The URL with the installed driver."""
    made = sa.make_url(url)
    return made.set(drivername="postgresql+psycopg") if made.drivername == "postgresql" else made


def prepare_file(path: str) -> None:
    """Creates the file and its folder, readable only by the server's user."""
    file = Path(path)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def hide_values() -> None:
    """Keeps what is stored out of the messages of database errors, for all engines.

    ``hide_parameters`` does so for the statement's parameters, but PostgreSQL's own message quotes
    the row or key that it rejects.
    """
    if not sa.event.contains(sa.Engine, "handle_error", _without_detail):
        sa.event.listen(sa.Engine, "handle_error", _without_detail)


def _without_detail(context: sa.engine.ExceptionContext) -> None:
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (_DETAIL.sub("", error.args[0]), *error.args[1:])


def _wal(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    # First, because switching to WAL takes a lock: it should wait for others instead of failing.
    connection.execute(f"PRAGMA busy_timeout={int(500 * SECONDS)}")
    connection.execute("PRAGMA journal_mode=WAL")
    # Commits reach the cache of the operating system, which outlives the process, but not yet the
    # disk: a busy one took 6 ms, and SQLite commits one at a time. A power failure loses only the
    # newest.
    connection.execute("PRAGMA synchronous=NORMAL")


def _ping_the_idle(engine: sa.Engine) -> None:
    """Like ``pool_pre_ping``, but only for idle connections: under load it costs the most.

    Nor does it query the database for those that are used every few seconds, as by heartbeats.
    """
    dialect = engine.dialect

    @sa.event.listens_for(engine, "checkin")
    def used(_connection: object, record: Any) -> None:  # noqa: ANN401 - the pool's
        record.info["used"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: object) -> None:  # noqa: ANN401 - the driver's
        idle = time.monotonic() - record.info.get("used", float("-inf"))
        if idle < _IDLE or (idle < _LONG_IDLE and not _has_received(connection)):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:  # the pool takes another or opens one
            raise sa.exc.DisconnectionError from error


def _has_received(connection: Any) -> bool:  # noqa: ANN401 - the driver's connection
    """Whether something has arrived that nobody has asked for, such as the connection's end."""
    if connection.closed:
        return True
    arrived = select.poll()
    arrived.register(connection.fileno(), select.POLLIN)
    return bool(arrived.poll(0))
