"""The lattice model: toy potential energy surfaces of particles in a periodic square or cubic cell.

Energies are in units of the potential's characteristic energy E_c, lengths in units of its distance R_c,
unless a potential states others. Source: Heiszwolf 2020, equations named as there (docs/lattice_model.md).
"""
