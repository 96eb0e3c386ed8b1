"""The picture of the rounds."""

from __future__ import annotations

from barcamp_pages.domain.sketch import PER_LINE, UNKNOWN_TABLES, of_rounds, sketch


def test_sketch_numbers_tables_from_one_in_every_round() -> None:
    first, second = sketch([("Runde 1", ("a", "b")), ("Runde 2", ("c",))]).rows
    assert [seat.number for seat in first.seats] == [1, 2]
    assert [seat.number for seat in second.seats] == [1]
    assert second.y > first.seats[0].y


def test_sketch_shows_unrecorded_round_as_unknown_tables() -> None:
    (row,) = sketch([("Runde 2", ())]).rows
    assert [seat.number for seat in row.seats] == [0] * UNKNOWN_TABLES


def test_sketch_stays_inside_its_box_with_many_tables() -> None:
    picture = sketch([("Runde 1", tuple(str(number) for number in range(3 * PER_LINE + 1)))])
    seats = picture.rows[0].seats
    assert max(seat.x for seat in seats) < picture.width
    assert max(seat.y for seat in seats) < picture.height
    assert len({(seat.x, seat.y) for seat in seats}) == len(seats)


def test_sketch_is_left_out_without_tables() -> None:
    assert of_rounds([]) is None
