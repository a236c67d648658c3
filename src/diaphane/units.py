"""What a number measures, and in which unit.

A :class:`Quantity` travels with every image and every raw scan; steps declare the quantity they
expect and the one they give, so that a chain can be checked before anything runs.
"""

from enum import Enum


class Quantity(Enum):
    """What the values of an image or a scan measure; the unit stands beside the name.

    Attributes
    ----------
    label : str
        The word used in files and in chains (``"hounsfield"``).
    unit : str
        The unit's symbol, empty where the quantity has none.
    """

    COUNTS = ("counts", "")
    LINE_INTEGRAL = ("line_integral", "")
    ATTENUATION = ("attenuation", "1/mm")
    HOUNSFIELD = ("hounsfield", "HU")
    AMPLITUDE = ("amplitude", "")
    VELOCITY = ("velocity", "m/s")
    PROBABILITY = ("probability", "")
    COLOR = ("color", "")
    LENGTH = ("length", "mm")
    UNKNOWN = ("unknown", "")

    def __init__(self, label: str, unit: str) -> None:
        self.label = label
        self.unit = unit

    @classmethod
    def from_label(cls, label: str) -> "Quantity":
        """Return the quantity that is called `label`; raise ``ValueError`` when there is none."""
        for quantity in cls:
            if quantity.label == label:
                return quantity
        known = ", ".join(q.label for q in cls)
        raise ValueError(f"unknown quantity {label!r}, expected one of: {known}")
