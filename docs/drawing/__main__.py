"""``python -m docs.drawing [geometry|filters|iterations|gallery]``: draw pictures again."""

import sys

from docs.drawing import filters, gallery, geometry, iterations

SUBJECTS = {
    "geometry": geometry.draw,
    "filters": filters.draw,
    "iterations": iterations.draw,
    "gallery": gallery.draw,
}

for name in sys.argv[1:] or SUBJECTS:
    SUBJECTS[name]()
