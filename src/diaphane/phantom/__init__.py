"""Bodies with known answers, and what each device would measure of them."""
