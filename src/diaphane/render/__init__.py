"""Image in, picture out."""
