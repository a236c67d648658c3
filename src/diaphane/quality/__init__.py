"""How good a picture is, and how well two answers agree."""
