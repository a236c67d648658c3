"""The demonstration: from raw signals to a page of pictures."""
