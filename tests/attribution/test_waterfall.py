"""The geometry of a waterfall."""

from attribution.waterfall import WIDTH, Block, Role, Step, waterfall


def a_step(role: Role, size: int) -> Step:
    return Step(label=role, role=role, size=size, amount=str(size), color="grey")


def blocks(*steps: tuple[Role, int]) -> list[Block]:
    return waterfall([a_step(*step) for step in steps]).blocks


def test_parts_climb_to_where_the_total_ends() -> None:
    drawn = blocks(
        ("total", 100), ("minus", 20), ("total", 80), ("plus", 50), ("plus", 30), ("check", 0)
    )
    total, minus, scope, first, second, check = drawn
    left = total.x
    assert minus.x + minus.width == total.x + total.width
    assert (scope.x, scope.width) == (left, minus.x - left)
    assert first.x == left
    assert second.x == round(first.x + first.width, 1)
    assert second.x + second.width == scope.x + scope.width
    assert check.width == 0


def test_the_dotted_line_hands_on_the_end() -> None:
    total, minus, scope = blocks(("total", 100), ("minus", 20), ("total", 80))
    assert total.link_x == total.x + total.width
    assert minus.link_x == minus.x
    assert scope.link_x is None


def test_a_tiny_part_can_still_be_seen() -> None:
    assert blocks(("total", 1_000_000), ("plus", 1))[1].width == 1.5


def test_nothing_is_drawn_from_nothing() -> None:
    assert [block.width for block in blocks(("total", 0), ("check", 0))] == [0, 0]


def test_rows_stand_below_each_other_inside_the_drawing() -> None:
    drawing = waterfall([a_step("total", 5), a_step("plus", 5)])
    first, second = drawing.blocks
    assert second.y - first.y == drawing.row_height
    assert second.y + drawing.bar_height < drawing.height
    assert first.x + first.width <= WIDTH


def test_a_negative_total_does_not_leave_the_drawing() -> None:
    (block,) = blocks(("total", -5))
    assert block.x >= 0
    assert block.width > 0
