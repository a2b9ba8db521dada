// Energy, forces and stress of a molecule in a cell, by a model directory: predict MODEL_DIR [UNITS]
#include <cstdio>
#include <exception>

#include "nnpot/model_directory.hpp"
#include "nnpot/predictor.hpp"

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: predict MODEL_DIR [metal|real|atomic]\n", stderr);
        return 2;
    }
    try {
        nnpot::Predictor predictor(nnpot::read_model(argv[1], argc > 2 ? argv[2] : ""));

        const double length = 8.0;                     // Å
        const arma::mat33 vectors{{length, 0.0, 0.0},  // cell vectors are columns
                                  {0.0, length, 0.0},
                                  {0.0, 0.0, length}};
        const arma::mat positions{{0.0, 1.6, -0.4},  // atoms are columns, Å
                                  {0.0, 0.1, 1.5},
                                  {0.0, 0.0, 0.2}};
        const nnpot::Structure silica{positions, {14, 8, 8}, nnpot::Cell(vectors, {true, true, true})};

        const nnpot::Prediction found = predictor.predict(silica);
        std::printf("energy %.10f eV\n", found.energy);
        for (arma::uword i = 0; i < silica.n_atoms(); ++i) {
            std::printf("force %12.6f %12.6f %12.6f eV/Å\n", found.forces(0, i), found.forces(1, i),
                        found.forces(2, i));
        }
        std::printf("pressure %.6f eV/Å³\n", arma::trace(found.virial) / (3.0 * length * length * length));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "predict: %s\n", error.what());
        return 1;
    }
}
