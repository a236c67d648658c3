"""What ImageJ's AutoThresholder does, method by method, told anew in plain loops over gray levels.

Each takes counts of the gray levels 0 … n - 1 and returns the last dark gray level. Held against
``ij/process/AutoThresholder.java`` (G. Landini's "Auto Threshold"), whole-number divisions
included.
"""

from math import floor, log, log10, sqrt

import numpy as np


def huang(h):
    first, last = np.flatnonzero(h)[[0, -1]]
    term = 1 / (last - first)
    best, chosen = np.inf, -1
    levels = np.arange(len(h))
    for t in range(first, last):
        mean_dark = (h * levels)[: t + 1].sum() / h[: t + 1].sum()
        mean_bright = (h * levels)[t + 1 :].sum() / h[t + 1 :].sum()
        entropy = 0.0
        for i in range(first, last + 1):
            u = 1 / (1 + term * abs(i - (mean_dark if i <= t else mean_bright)))
            if 1e-6 < u < 0.999999:
                entropy += h[i] * (-u * log(u) - (1 - u) * log(1 - u))
        if entropy < best:
            best, chosen = entropy, t
    return chosen


def _smooth_until_bimodal(h):
    first, last = np.flatnonzero(h)[[0, -1]]
    y = [float(v) for v in h[first : last + 1]]

    def modes():
        return [i for i in range(1, len(y) - 1) if y[i - 1] < y[i] > y[i + 1]]

    rounds = 0
    while len(modes()) != 2:
        rounds += 1
        if rounds > 10_000:
            return None
        padded = [0.0, *y, 0.0]
        y = [(padded[i - 1] + padded[i] + padded[i + 1]) / 3 for i in range(1, len(padded) - 1)]
    return first, modes(), y


def intermodes(h):
    found = _smooth_until_bimodal(h)
    return None if found is None else found[0] + sum(found[1]) // 2


def minimum(h):
    found = _smooth_until_bimodal(h)
    if found is None:
        return None
    first, _, y = found
    for i in range(1, len(y) - 1):
        if y[i - 1] > y[i] <= y[i + 1]:
            return first + i
    return None


def isodata(h):
    g = int(np.flatnonzero(h[1:])[0]) + 2
    while True:
        low = [(i, h[i]) for i in range(g)]
        high = [(i, h[i]) for i in range(g + 1, len(h))]
        n_low, n_high = sum(c for _, c in low), sum(c for _, c in high)
        if n_low and n_high:
            mean_low = sum(i * c for i, c in low) // n_low
            mean_high = sum(i * c for i, c in high) / n_high
            if g == floor((mean_low + mean_high) / 2 + 0.5):
                return g
        g += 1
        if g > len(h) - 2:
            return None


def li(h):
    n = h.sum()
    levels = np.arange(len(h))
    new = (h * levels).sum() / n
    while True:
        old = new
        t = floor(old + 0.5)
        dark, bright = h[: t + 1], h[t + 1 :]
        mean_dark = (dark * levels[: t + 1]).sum() / dark.sum() if dark.sum() else 0.0
        mean_bright = (bright * levels[t + 1 :]).sum() / bright.sum() if bright.sum() else 0.0
        step = (mean_dark - mean_bright) / (log(mean_dark) - log(mean_bright))
        new = float(int(step - 2.220446049250313e-16)) if step < 0 else float(floor(step + 0.5))
        if abs(new - old) <= 0.5:
            return t


def maximum_entropy(h):
    p = h / h.sum()
    best, chosen = -np.inf, -1
    first, last = np.flatnonzero(h)[[0, -1]]
    for t in range(first, last):
        dark, bright = p[: t + 1].sum(), p[t + 1 :].sum()
        total = -sum(v / dark * log(v / dark) for v in p[: t + 1] if v > 0)
        total -= sum(v / bright * log(v / bright) for v in p[t + 1 :] if v > 0)
        if total > best:
            best, chosen = total, t
    return chosen


def mean(h):
    return floor((h * np.arange(len(h))).sum() / h.sum())


def min_error(h):
    levels = np.arange(len(h))
    a, b, c = np.cumsum(h), np.cumsum(h * levels), np.cumsum(h * levels**2)
    t, before = mean(h), -2
    while t != before:
        mu, nu = b[t] / a[t], (b[-1] - b[t]) / (a[-1] - a[t])
        p, q = a[t] / a[-1], (a[-1] - a[t]) / a[-1]
        sigma, tau = c[t] / a[t] - mu**2, (c[-1] - c[t]) / (a[-1] - a[t]) - nu**2
        w0 = 1 / sigma - 1 / tau
        w1 = mu / sigma - nu / tau
        w2 = mu**2 / sigma - nu**2 / tau + log10(sigma * q**2 / (tau * p**2))
        root = w1**2 - w0 * w2
        if root < 0:
            return t
        before = t
        t = floor((w1 + sqrt(root)) / w0)
    return t


def moments(h):
    p = h / h.sum()
    levels = np.arange(len(h))
    m0, m1, m2, m3 = (float((p * levels**k).sum()) for k in range(4))
    cd = m0 * m2 - m1 * m1
    c0, c1 = (-m2 * m2 + m1 * m3) / cd, (m0 * -m3 + m2 * m1) / cd
    z0, z1 = (-c1 - sqrt(c1**2 - 4 * c0)) / 2, (-c1 + sqrt(c1**2 - 4 * c0)) / 2
    p0 = (z1 - m1) / (z1 - z0)
    total = 0.0
    for i, share in enumerate(p):
        total += share
        if total > p0:
            return i
    return None


def otsu(h):
    levels = np.arange(len(h))
    n, s = h.sum(), (h * levels).sum()
    best, chosen = 0.0, -1
    for t in range(len(h) - 1):
        n1, s1 = h[: t + 1].sum(), (h * levels)[: t + 1].sum()
        if 0 < n1 < n:
            between = (n1 / n * s - s1) ** 2 / (n1 * (n - n1))
            if between >= best:
                best, chosen = between, t
    return chosen


def _renyi_order(p, order):
    best, chosen = 0.0, 0
    first, last = np.flatnonzero(p)[[0, -1]]
    for t in range(first, last):
        dark, bright = p[: t + 1].sum(), p[t + 1 :].sum()
        product = ((p[: t + 1] / dark) ** order).sum() * ((p[t + 1 :] / bright) ** order).sum()
        total = log(product) / (1 - order) if product > 0 else 0.0
        if total > best:
            best, chosen = total, t
    return chosen


def renyi(h):
    p = h / h.sum()
    t1, t2, t3 = sorted([_renyi_order(p, 0.5), maximum_entropy(h), _renyi_order(p, 2.0)])
    near12, near23 = abs(t1 - t2) <= 5, abs(t2 - t3) <= 5
    betas = {(1, 1): (1, 2, 1), (1, 0): (0, 1, 3), (0, 1): (3, 1, 0), (0, 0): (1, 2, 1)}
    b1, b2, b3 = betas[near12, near23]
    cumulated = np.cumsum(p)
    omega = cumulated[t3] - cumulated[t1]
    return int(
        t1 * (cumulated[t1] + 0.25 * omega * b1)
        + 0.25 * t2 * omega * b2
        + t3 * (1 - cumulated[t3] + 0.25 * omega * b3)
    )


def shanbhag(h):
    p = h / h.sum()
    dark = np.cumsum(p)
    bright = 1 - dark
    best, chosen = np.inf, -1
    first, last = np.flatnonzero(h)[[0, -1]]
    for t in range(first, last):
        term = 0.5 / dark[t]
        back = -term * sum(p[i] * log(1 - term * dark[i - 1]) for i in range(1, t + 1))
        term = 0.5 / bright[t]
        front = -term * sum(p[i] * log(1 - term * bright[i]) for i in range(t + 1, len(p)))
        if abs(back - front) < best:
            best, chosen = abs(back - front), t
    return chosen


def triangle(h):
    """The split lies one below the farthest bin; it looks from one bin beyond the first value."""
    first, last = np.flatnonzero(h)[[0, -1]]
    low = first - 1 if first > 0 else first
    high = last + 1 if last < len(h) - 1 else last
    peak = int(np.argmax(h))
    inverted = peak - low < high - peak
    y = h[::-1] if inverted else h
    if inverted:
        low, peak = len(h) - 1 - high, len(h) - 1 - peak
    if low == peak:
        return low
    nx, ny = float(y[peak]), float(low - peak)
    length = sqrt(nx**2 + ny**2)
    nx, ny = nx / length, ny / length
    d = nx * low + ny * y[low]
    split, farthest = low, 0.0
    for i in range(low + 1, peak + 1):
        distance = nx * i + ny * y[i] - d
        if distance > farthest:
            split, farthest = i, distance
    split -= 1
    return len(h) - 1 - split if inverted else split


def yen(h):
    p = h / h.sum()
    best, chosen = -np.inf, -1
    for t in range(len(h)):
        dark = p[: t + 1].sum()
        squares = (p[: t + 1] ** 2).sum() * (p[t + 1 :] ** 2).sum()
        shares = dark * (1 - dark)
        total = -(log(squares) if squares > 0 else 0) + 2 * (log(shares) if shares > 1e-15 else 0)
        if total > best:
            best, chosen = total, t
    return chosen


def percentile(h, share=0.5):
    cumulated = np.cumsum(h) / h.sum()
    return int(np.argmin(np.abs(cumulated - share)))


METHODS = {
    "huang": huang,
    "intermodes": intermodes,
    "isodata": isodata,
    "kittler_illingworth": min_error,
    "li": li,
    "maximum_entropy": maximum_entropy,
    "mean": mean,
    "minimum": minimum,
    "moments": moments,
    "otsu": otsu,
    "renyi": renyi,
    "shanbhag": shanbhag,
    "triangle": triangle,
    "yen": yen,
}
