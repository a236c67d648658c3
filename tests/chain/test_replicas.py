"""Replicas: how much results vary, held against what many independent scans show."""

import json

import numpy as np
import pytest

from diaphane import chain, ct, phantom
from diaphane.cli import call
from diaphane.errors import InputError, OptionError
from diaphane.formats import write_store

TEXT = """
format = 1
title = { en = "Water, measured", fr = "De l'eau, mesurée" }

[inputs]
scan = "ct.ParallelScan"

[[stage]]
step = "ct.line_integrals"

[[stage]]
step = "ct.fbp"

[[stage]]
step = "ct.hounsfield"
water_per_mm = 0.02059

[[stage]]
step = "quality.noise"
center_mm = [0.0, 0.0, 0.0]
radius_mm = 12.0

[[stage]]
name = "mean"
step = "quality.region_mean"
of = ["hounsfield"]
center_mm = [0.0, 0.0, 0.0]
radius_mm = 6.0

[[stage]]
name = "rim"
step = "quality.mtf_disc"
of = ["hounsfield"]
center_mm = [0.0, 0.0, 0.0]
radius_mm = 25.0
reach_mm = 5.0

[[stage]]
name = "picture"
step = "render.plane"
of = ["hounsfield"]
"""


def water(seed, photons=3000.0):
    beam = ct.ParallelBeam(np.arange(60) * np.pi / 60, ct.Detector(1, 64, 1.0, 1.0))
    body = phantom.water_cylinder(radius_mm=25.0, inserts="none")
    return phantom.scan(body, beam, photons=photons, seed=seed, subrays=1, electronic_noise=3.0,
                        dark_counts=50.0)  # fmt: skip


@pytest.fixture(scope="module")
def done():
    return chain.run(chain.parse(TEXT), {"scan": water(0)}, replicas=16)


def test_replicas_vary_as_independent_scans_do(done):
    runs = [chain.run(chain.parse(TEXT), {"scan": water(seed)}) for seed in range(1, 17)]
    volumes = np.stack([r["hounsfield"].values for r in runs])
    y, x = np.indices((64, 64)) - 31.5
    inside = np.hypot(x, y) < 20
    truth = volumes.std(axis=0, ddof=1)[0][inside].mean()
    told = done["hounsfield-deviation"]
    assert told.quantity is done["hounsfield"].quantity
    assert told.values[0][inside].mean() == pytest.approx(truth, rel=0.1)
    means = np.std([r["mean"].value for r in runs], ddof=1)
    (mean,) = [r for r in done.record.replicas if r.name == "mean"]
    assert 0.5 * means < mean.deviation < 2 * means
    assert mean.interval[0] < done["mean"].value < mean.interval[1]
    assert mean.n == 16
    curve, told = done["rim"], done["rim-interval"]
    assert (told.x == curve.x).all()
    np.testing.assert_allclose((told.low + told.high) / 2, curve.y, atol=1e-12)
    scatter = np.std([r["rim"].y for r in runs], axis=0, ddof=1)[1:]  # the first is 1 always
    deviation = (told.high - told.low)[1:] / 2 / 2.1314  # Student's, of 16
    assert told.high[0] - told.low[0] < 1e-12
    assert np.median(deviation / scatter) == pytest.approx(1, abs=0.25)
    assert ((deviation > 0.4 * scatter) & (deviation < 2.5 * scatter)).all()
    assert deviation.max() > 3 * deviation.min()  # each point has its own
    (rim,) = [r for r in done.record.replicas if r.name == "rim"]
    assert rim.deviation == pytest.approx(np.append(0, deviation).mean(), rel=1e-4)


def test_what_is_not_measured_is_not_repeated(done):
    assert {r.name for r in done.record.replicas} == {"fbp", "hounsfield", "noise", "mean", "rim"}
    assert set(done.kept) - {s.name for s in done.record.stages} == {
        "scan", "fbp-deviation", "hounsfield-deviation", "rim-interval"
    }  # fmt: skip


def test_replicas_are_written_with_the_run_and_found_again(tmp_path, capsys):
    write_store(water(3), tmp_path / "scan.h5")
    (tmp_path / "water.toml").write_text(TEXT, encoding="utf-8")
    arguments = [str(tmp_path / "water.toml"), str(tmp_path / "scan.h5"), "--replicas", "3"]
    assert call(["run", *arguments, "-o", str(tmp_path / "run")]) == 0
    assert "3 replicas: mean" in capsys.readouterr().out
    record = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    told = {r["name"]: r for r in record["replicas"]}
    assert told["hounsfield"]["file"] == "03-hounsfield-deviation.h5"
    assert told["rim"]["file"] == "06-rim-interval.h5"
    again = chain.open_run(tmp_path / "run")
    assert again.record.replicas[0].n == 3
    assert again["hounsfield-deviation"].values.shape == (1, 64, 64)
    assert again["hounsfield-deviation"].values.max() > 0
    curve = again["rim-interval"]
    assert (curve.y == again["rim"].y).all()
    assert (curve.low <= curve.y).all()
    assert (curve.low < curve.high).any()


def test_what_cannot_be_replicated_is_refused():
    lines = ct.line_integrals(water(0))
    text = TEXT.replace('[[stage]]\nstep = "ct.line_integrals"\n', "")
    with pytest.raises(InputError, match="need counts"):
        chain.run(chain.parse(text), {"scan": lines}, replicas=4)
    with pytest.raises(InputError, match="at least 2, got 1"):
        chain.run(chain.parse(TEXT), {"scan": water(0)}, replicas=1)
    with pytest.raises(InputError, match="do not vary"):
        ct.renoise(phantom.scan(phantom.water_cylinder(), lines.beam, subrays=1))
    with pytest.raises(OptionError, match="seed"):
        ct.renoise(water(0), seed=-1)


def test_the_gain_and_the_noise_of_the_electronics_are_measured():
    scan = water(5, photons=20_000.0)
    scaled = ct.ParallelScan(
        scan.values * 4, scan.beam, scan.quantity, scan.flats * 4, scan.darks * 4
    )
    replica = ct.renoise(scaled, seed=2)
    (said,) = replica.history.notices
    assert said.values["gain"] == pytest.approx(4, rel=0.15)
    assert said.values["electronic_noise"] == pytest.approx(12, rel=0.15)
    difference = (replica.values - scaled.values)[:, 0, :5]
    assert difference.std() == pytest.approx(4 * np.sqrt(20_000 + 9), rel=0.1)
    assert (ct.renoise(scaled, seed=2).values == replica.values).all()
    assert (ct.renoise(scaled, seed=3).values != replica.values).any()
