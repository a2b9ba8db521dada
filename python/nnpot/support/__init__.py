"""What all of the package stands on: files, YAML, processes, progress, the terminal."""
