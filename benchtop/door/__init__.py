"""How AWS clients are heard: from bytes to a desk's method, and back."""
