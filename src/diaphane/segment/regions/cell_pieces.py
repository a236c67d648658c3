"""Cells made whole: each one connected piece, the crumbs given to a neighbor."""

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.segment.regions.connecting import connect


def one_piece_each(numbers: AnyArray, smallest: float) -> AnyArray:
    """Return cells numbered from 1, each connected through faces.

    Parameters
    ----------
    numbers : (slices, rows, columns) integers
        The cell of each voxel, from 0.
    smallest : float
        Pieces of fewer voxels go to a neighbor too; the largest piece of all stays in any case.
    """
    pieces, n_pieces = connect(numbers + 1, 6)
    sizes = np.bincount(pieces.reshape(-1), minlength=n_pieces + 1)[1:]
    cell = np.zeros(n_pieces, np.int64)
    cell[pieces.reshape(-1) - 1] = numbers.reshape(-1)
    order = np.lexsort((-sizes, cell))
    is_largest = np.zeros(n_pieces, bool)
    is_largest[order[np.unique(cell[order], return_index=True)[1]]] = True
    is_kept = is_largest & (sizes >= smallest)
    is_kept[np.argmax(sizes)] = True
    home = _homes(_contacts(pieces - 1, is_kept), is_kept)
    _, renumbered = np.unique(home, return_inverse=True)
    dtype = np.uint16 if renumbered.max() < 65_535 else np.int32
    return (renumbered + 1).astype(dtype)[pieces - 1]


def _contacts(pieces: AnyArray, is_kept: AnyArray) -> AnyArray:
    """Return rows (crumb, other piece, faces between them)."""
    n, found = len(is_kept), [np.zeros(0, np.int64)]
    for k, here in enumerate(pieces):
        sides = [(here[:-1], here[1:]), (here[:, :-1], here[:, 1:])]
        for a, b in [*sides, *([(here, pieces[k + 1])] if k + 1 < len(pieces) else [])]:
            meet = (a != b) & ~(is_kept[a] & is_kept[b])
            one, other = a[meet].astype(np.int64), b[meet].astype(np.int64)
            found += [one * n + other, other * n + one]
    pairs, faces = np.unique(np.concatenate(found), return_counts=True)
    rows = np.stack([pairs // n, pairs % n, faces], axis=1)
    return rows[~is_kept[rows[:, 0]]]


def _homes(contacts: AnyArray, is_kept: AnyArray) -> AnyArray:
    """Return the kept piece that each piece joins: the one it touches most, by way of others."""
    home = np.where(is_kept, np.arange(len(is_kept)), -1)
    while (home < 0).any():
        crumbs, others, faces = contacts[(home[contacts[:, 1]] >= 0) & (home[contacts[:, 0]] < 0)].T
        order = np.lexsort((others, -faces, crumbs))
        first = np.unique(crumbs[order], return_index=True)[1]
        chosen = order[first]
        home[crumbs[chosen]] = home[others[chosen]]
    return home
