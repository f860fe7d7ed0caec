"""The page on clients has a row for each client that is tested, and for no other."""

from __future__ import annotations

from tests.clients.matrix import STEPS, passed, read_matrix
from tests.clients.test_gql import TRANSPORTS
from tests.clients.test_programs import PROGRAMS


def test_every_client_has_a_row_with_every_step() -> None:
    matrix = read_matrix()
    assert matrix.keys() == {*(program.stem for program in PROGRAMS), *TRANSPORTS}
    assert {client: tuple(steps) for client, steps in matrix.items()} == dict.fromkeys(
        matrix, STEPS
    )


def test_steps_are_found_among_other_lines() -> None:
    said = ["slow", '{"step":"create","how":"yes"}', "", '{"step":"stop","how":"late"}', "end"]
    assert passed(said) == {"create": "yes", "stop": "late"}
