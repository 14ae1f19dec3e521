"""Every figure that the README quotes, as ratios taken in one run."""
