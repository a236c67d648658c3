"""``python -m docs.drawing [SUBJECT …]``: draw the pictures of some or all subjects again."""

import sys

from docs.drawing import filters, gallery, geometry, iterations, thresholds

SUBJECTS = {
    "geometry": geometry.draw,
    "filters": filters.draw,
    "iterations": iterations.draw,
    "gallery": gallery.draw,
    "thresholds": thresholds.draw,
}

for name in sys.argv[1:] or SUBJECTS:
    SUBJECTS[name]()
