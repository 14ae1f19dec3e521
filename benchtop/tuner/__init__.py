"""Which hyperparameters next: pure, from space, history and seed to a suggestion."""
