"""What networks see of frames: symmetry functions, features, those of a model to start from."""
