"""From volumes to meshes, and measuring them."""
