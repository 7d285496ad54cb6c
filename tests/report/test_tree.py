"""A tree as people read it."""

from govkit.report._tree import Node, drawn


def test_a_tree_is_drawn_with_lines_and_without_control_characters() -> None:
    leaf = Node("search-prod\x1b[2J")
    assert drawn(Node("Root", (Node("Prod", (leaf, leaf)), Node("Sandbox")))) == (
        "Root\n├─ Prod\n│  ├─ search-prod\\x1b[2J\n│  └─ search-prod\\x1b[2J\n└─ Sandbox\n"
    )
