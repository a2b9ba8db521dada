"""LAMMPS: where the plugin lies, LAMMPS inside this process, one structure in it."""
