"""Numbers by which kernels tell the rules of local thresholds apart."""

OFFSET, NIBLACK, SAUVOLA, WOLF, PHANSALKAR, DEVIATION = range(6)
