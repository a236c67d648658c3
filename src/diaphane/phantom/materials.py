"""What bodies are made of: attenuation at 60 keV, an effective energy of head and body scans.

The attenuation of water is NIST's: μ/ρ = 0.2059 cm²/g at 60 keV and 1 g/cm³ give 0.02059 1/mm
(Hubbell and Seltzer, *Tables of X-Ray Mass Attenuation Coefficients*, NISTIR 5632, table 4).
With the densities of the same tables, adipose tissue comes to -89 HU (0.1974 cm²/g, 0.95 g/cm³),
soft tissue to 54 HU (0.2048, 1.06), brain to 39 HU (0.2058, 1.04), blood to 59 HU (0.2057, 1.06)
and cortical bone to 1935 HU (0.3148, 1.92).

The other materials are typical clinical numbers, for which no standard composition exists.
"""

from collections.abc import Mapping
from types import MappingProxyType

ENERGY_KEV = 60.0
"""The energy at which all numbers of this module hold."""

WATER_PER_MM = 0.02059
"""Attenuation of water at :data:`ENERGY_KEV`."""

HOUNSFIELD: Mapping[str, float] = MappingProxyType(
    {
        "air": -1000.0,
        "fat": -89.0,
        "water": 0.0,
        "cerebrospinal fluid": 8.0,
        "vitreous": 12.0,
        "white matter": 30.0,
        "brain": 39.0,
        "soft tissue": 54.0,
        "blood": 59.0,
        "cartilage": 130.0,
        "contrast medium": 280.0,
        "calcification": 300.0,
        "spongy bone": 420.0,
        "thin bone": 900.0,
        "bone": 1350.0,
        "cortical bone": 1935.0,
        "dentin": 1700.0,
        "enamel": 2600.0,
        "ceramic filling": 3000.0,
    }
)
"""Hounsfield numbers by name of the material."""


def per_mm(hounsfield: float) -> float:
    """Return the attenuation, in 1/mm, of a Hounsfield number.

    Examples
    --------
    >>> per_mm(-1000.0), per_mm(0.0)
    (0.0, 0.02059)
    """
    return WATER_PER_MM * (1 + hounsfield / 1000)


def attenuation_of(material: str) -> float:
    """Return the attenuation, in 1/mm, of a material of :data:`HOUNSFIELD`."""
    return per_mm(HOUNSFIELD[material])
