"""What examples on data that are given share: training with several seeds, and a judgement on test frames."""
