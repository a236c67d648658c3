"""One file for each task; ``ct.fdk`` stands in ``ct_fdk.py`` and calls itself ``TASK``."""
