"""The colors of X-rays: what a tube sends out, and what each energy loses in each material."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import InputError
from diaphane.history import History
from diaphane.options import Range
from diaphane.step import step

Material = Literal["water", "bone", "aluminum"]
"""Liquid water, cortical bone (ICRU-44), aluminum."""

_TABLE_KEV = (10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0)
_TABLE_CM2_G: dict[str, tuple[float, ...]] = {
    "water": (5.329, 1.673, 0.8096, 0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505, 0.137),
    "bone": (28.51, 9.032, 4.001, 1.331, 0.6655, 0.4242, 0.3148, 0.2229, 0.1855, 0.148, 0.1309),
    "aluminum": (
        26.23,
        7.955,
        3.441,
        1.128,
        0.5685,
        0.3681,
        0.2778,
        0.2018,
        0.1704,
        0.1378,
        0.1223,
    ),
}
_DENSITY_G_CM3 = {"water": 1.0, "bone": 1.92, "aluminum": 2.699}


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Which share of what a pixel counts comes from which energy, without the body."""

    energies_kev: DoubleArray
    """Shape (n,), growing, within 10 to 200 keV."""
    shares: DoubleArray
    """Shape (n,), none below 0; scaled to a sum of 1."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        energies = np.array(self.energies_kev, dtype=np.float64)
        shares = np.array(self.shares, dtype=np.float64)
        if energies.ndim != 1 or shares.shape != energies.shape or not len(energies):
            raise InputError(
                f"Spectrum needs as many shares as energies, got {shares.shape} and "
                f"{energies.shape}"
            )
        if not (np.diff(energies) > 0).all() or energies[0] < 10 or energies[-1] > 200:
            raise InputError("Spectrum.energies_kev must grow from at least 10 to at most 200")
        if not (np.isfinite(shares).all() and (shares >= 0).all() and shares.sum() > 0):
            raise InputError("Spectrum.shares must be finite, none below 0, and not all 0")
        object.__setattr__(self, "energies_kev", frozen(energies))
        total = shares.sum()
        scaled = shares if abs(total - 1) < 1e-12 else shares / total  # once: stores stay exact
        object.__setattr__(self, "shares", frozen(scaled))

    @property
    def mean_kev(self) -> float:
        """The mean energy of what a pixel counts without the body."""
        return float(self.energies_kev @ self.shares)

    def line_integral(self, water_mm: ArrayLike, bone_mm: ArrayLike = 0.0) -> DoubleArray:
        """Return what the logarithm gives behind so many millimeters of water and of bone.

        Parameters
        ----------
        water_mm, bone_mm : numbers
            Lengths, broadcast against each other.

        Returns
        -------
        float64 array
            ``-log Σ share exp(-μ_water water_mm - μ_bone bone_mm)``, without unit.
        """
        water, bone = np.broadcast_arrays(np.asarray(water_mm, float), np.asarray(bone_mm, float))
        passed = np.zeros(water.shape)
        of_water, of_bone = (attenuation(m, self.energies_kev) for m in ("water", "bone"))
        least = np.minimum(0, (of_water.min() * water + of_bone.min() * bone))
        for share, a, b in zip(self.shares, of_water, of_bone):
            passed += share * np.exp(least - a * water - b * bone)
        return least - np.log(np.maximum(passed, 1e-300))


def attenuation(material: Material, energy_kev: ArrayLike) -> DoubleArray:
    """Return the attenuation of a material, in 1/mm, at energies between 10 and 200 keV.

    Notes
    -----
    J. H. Hubbell and S. M. Seltzer, *Tables of X-Ray Mass Attenuation Coefficients*, NISTIR 5632,
    tables 3 and 4, interpolated linearly in the logarithms of both.

    Examples
    --------
    >>> float(attenuation("water", 60.0).round(5)), float(attenuation("bone", 60.0).round(4))
    (0.02059, 0.0604)
    """
    log_kev = np.log(np.asarray(energy_kev, dtype=np.float64))
    table = np.interp(log_kev, np.log(_TABLE_KEV), np.log(_TABLE_CM2_G[material]))
    return np.asarray(np.exp(table) * _DENSITY_G_CM3[material] / 10)


@step(version=1)
def tube_spectrum(
    *,
    peak_kv: Annotated[float, Range(30, 150, unit="kV")] = 120.0,
    aluminum_mm: Annotated[float, Range(0.5, 100, scale="log", unit="mm")] = 6.0,
    n_energies: Annotated[int, Range(4, 120)] = 24,
    detector: Literal["counting", "integrating"] = "integrating",
) -> Spectrum:
    """Return the spectrum of an X-ray tube, as its detector weighs it.

    Parameters
    ----------
    peak_kv : number
        The tube's voltage; no photon has more keV.
    aluminum_mm : number
        Everything that filters the beam before the body, as aluminum.
    n_energies : int
        In how many lines the spectrum is cut, from 10 keV to the peak.
    detector : {"counting", "integrating"}
        Whether each photon counts as one, or by its energy.

    Returns
    -------
    Spectrum
        Shares of what a pixel counts without the body.

    Notes
    -----
    Kramers' law for a thick target, N(E) ~ (peak - E) / E (H. A. Kramers, Phil. Mag. 46 (1923)
    836), behind aluminum. Characteristic lines and the target's own filtering are left out: mean
    energies come out right within a few keV, which is enough to show and to correct beam
    hardening, and not enough to identify materials.
    """
    edges = np.linspace(10.0, peak_kv, n_energies + 1)
    energies = (edges[:-1] + edges[1:]) / 2
    photons = (peak_kv - energies) / energies
    shares = photons * np.exp(-attenuation("aluminum", energies) * aluminum_mm)
    return Spectrum(energies, shares * energies if detector == "integrating" else shares)
