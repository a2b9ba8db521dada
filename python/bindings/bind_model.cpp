#include <pybind11/stl.h>

#include <algorithm>

#include "arrays.hpp"
#include "bindings.hpp"
#include "layers.hpp"
#include "nnpot/element.hpp"
#include "nnpot/error.hpp"
#include "nnpot/model_directory.hpp"
#include "nnpot/run_directory.hpp"
#include "strings.hpp"

namespace nnpot_python {
namespace {

using nnpot::LongRange;
using ScalingByElement = std::map<std::string, RowMajor>;
using NetworkByElement = std::map<std::string, std::vector<LayerTuple>>;

template <typename Map>
const typename Map::mapped_type& of_element(const Map& values, const std::string& element, const char* what) {
    const auto found = values.find(element);
    if (found == values.end())
        throw nnpot::InvalidInput(std::string("model: ") + what + " of " + element + " is missing");
    return found->second;
}

nnpot::Model make_model(const std::vector<std::string>& elements, int cutoff_type, double cutoff_alpha,
                        const std::vector<std::string>& functions, const std::string& mode,
                        const ScalingByElement& scaling, double scale_min, double scale_max,
                        const NetworkByElement& networks, const std::map<std::string, double>& atom_energies,
                        const std::map<std::string, std::string>& info) {
    nnpot::Model model;
    model.cutoff_type = nnpot::cutoff_type_from_number(cutoff_type);
    model.cutoff_alpha = cutoff_alpha;
    model.scaling_mode = nnpot::scaling_mode_from_name(mode);
    model.scale_min = scale_min;
    model.scale_max = scale_max;
    model.info = info;
    for (const std::string& symbol : elements) {
        const int number = nnpot::atomic_number(symbol);
        model.elements.push_back({number,
                                  of_element(atom_energies, symbol, "the atom energy"),
                                  {},
                                  to_scaling(of_element(scaling, symbol, "the scaling data")),
                                  to_layers(of_element(networks, symbol, "the network"))});
    }
    std::sort(model.elements.begin(), model.elements.end(),
              [](const auto& a, const auto& b) { return a.atomic_number < b.atomic_number; });
    std::vector<nnpot::SymmetryFunction> parsed;
    for (const std::string& text : functions) parsed.push_back(nnpot::parse_symmetry_function(text));
    model.set_functions(parsed);
    model.require_consistent();
    return model;
}

LongRange make_long_range(const std::string& form, double alpha, double real_cutoff,
                          const std::map<std::string, double>& charges) {
    if (form != "full" && form != "reciprocal") {
        throw nnpot::InvalidInput("long range: expected the form full or reciprocal, got '" + form + "'");
    }
    LongRange long_range{form == "full", alpha, real_cutoff, {}};
    for (const auto& [symbol, charge] : charges) long_range.charges[nnpot::atomic_number(symbol)] = charge;
    return long_range;
}

std::map<std::string, double> charges(const LongRange& long_range) {
    std::map<std::string, double> charges;
    for (const auto& [number, charge] : long_range.charges) charges[nnpot::element_symbol(number)] = charge;
    return charges;
}

void set_long_range(nnpot::Model& model, const std::optional<LongRange>& long_range) {
    nnpot::Model changed = model;
    changed.long_range = long_range;
    changed.require_consistent();
    model = std::move(changed);
}

const nnpot::ElementModel& element_of(const nnpot::Model& model, const std::string& symbol) {
    return model.element(nnpot::atomic_number(symbol));
}

std::vector<std::string> symbols(const nnpot::Model& model) {
    std::vector<std::string> symbols;
    for (const auto& element : model.elements) symbols.push_back(nnpot::element_symbol(element.atomic_number));
    return symbols;
}

std::vector<std::string> function_texts(const nnpot::Model& model, const std::string& element) {
    std::vector<std::string> texts;
    for (const auto& function : element_of(model, element).functions) texts.push_back(nnpot::to_text(function));
    return texts;
}

py::list network(const nnpot::Model& model, const std::string& element) {
    return to_list(element_of(model, element).layers);
}

py::array_t<double> scaling(const nnpot::Model& model, const std::string& element) {
    return to_array(element_of(model, element).scaling);
}

py::array_t<double> input_scaling(const nnpot::Model& model, const std::string& element) {
    const nnpot::Scaler scaler(model.scaling_mode, element_of(model, element).scaling, model.scale_min, model.scale_max,
                               element);
    return to_array(arma::mat(arma::join_rows(scaler.offset(), scaler.factor()).t()));
}

int cutoff_type(const nnpot::Model& model) { return static_cast<int>(model.cutoff_type); }

std::map<std::string, double> atom_energies(const nnpot::Model& model) {
    std::map<std::string, double> energies;
    for (const auto& element : model.elements) {
        energies[nnpot::element_symbol(element.atomic_number)] = element.atom_energy;
    }
    return energies;
}

py::dict info(const nnpot::Model& model) {
    py::dict info;
    for (const auto& [keyword, value] : model.info) info[to_str(keyword)] = to_str(value);
    return info;
}

py::list to_list(const std::vector<std::string>& texts) {
    py::list lines;
    for (const std::string& line : texts) lines.append(to_str(line));
    return lines;
}

py::list warnings(const nnpot::Model& model) { return to_list(model.warnings); }

py::list equal_members(const std::vector<nnpot::Model>& members, const std::vector<std::string>& names) {
    return to_list(nnpot::find_equal_members(members, names));
}

void bind_long_range(py::module_& module) {
    py::class_<LongRange>(module, "LongRange", "Charges whose Coulomb energy is added to that of the networks.")
        .def(py::init(&make_long_range), py::kw_only(), py::arg("form"), py::arg("alpha"), py::arg("real_cutoff"),
             py::arg("charges"),
             "Make it of the charges (e) of all elements, by symbol.\n\n"
             "``form`` is full, or reciprocal with ``real_cutoff`` 0.\n\n"
             "InvalidInputError: if the form or an element is not known.")
        .def_property_readonly(
            "form", [](const LongRange& self) { return self.with_real_space ? "full" : "reciprocal"; },
            "What is summed: full, or reciprocal with the near part left to the networks.")
        .def_readonly("alpha", &LongRange::alpha, "The splitting parameter of the Ewald sum, 1/Å.")
        .def_readonly("real_cutoff", &LongRange::real_cutoff, "The cutoff radius in real space, Å; 0 without that.")
        .def_property_readonly("charges", &charges, "The charge (e) of each element, by symbol.");
}

void bind_values(py::class_<nnpot::Model>& bound) {
    bound
        .def_property(
            "long_range", [](const nnpot::Model& self) { return self.long_range; }, &set_long_range,
            "A `LongRange`, None without charges.\n\n"
            "InvalidInputError: if what is set lacks an element, or a number is out of its range.")
        .def_property_readonly("elements", &symbols, "The elements' symbols, by atomic number.")
        .def_property_readonly("cutoff", &nnpot::Model::cutoff, "The largest cutoff radius, Å.")
        .def_property_readonly("cutoff_type", &cutoff_type, "The number of the cutoff function in ``input.nn``.")
        .def_readonly("cutoff_alpha", &nnpot::Model::cutoff_alpha,
                      "The inner radius of the cutoff function as a fraction of the cutoff radius.")
        .def_property_readonly("atom_energies", &atom_energies, "The offset per atom of each element, eV.")
        .def_readonly("mean_energy", &nnpot::Model::mean_energy, "What is added per atom of any element, eV.")
        .def_readonly("energy_per_output", &nnpot::Model::energy_per_output,
                      "What an output of 1 of a network means, eV.")
        .def_property_readonly("info", &info, "The lines of ``model.info``.")
        .def_property_readonly("warnings", &warnings,
                               "What the files leave unsaid or what was ignored in them, a line each.")
        .def("functions", &function_texts, py::arg("element"),
             "List the symmetry functions of one element, in the order of the network's inputs.\n\n"
             "UnknownElementError: if the model lacks it.")
        .def("network", &network, py::arg("element"),
             "List the layers of one element's network: weights (n_in, n_out), biases (n_out,), activation letter.\n\n"
             "UnknownElementError: if the model lacks it.")
        .def("scaling", &scaling, py::arg("element"),
             "Give min, max, mean, sigma (F, 4) over the training data, a row per symmetry function.\n\n"
             "UnknownElementError: if the model lacks the element.")
        .def("input_scaling", &input_scaling, py::arg("element"),
             "Give offset, factor (F, 2): the network sees offset + factor G of each function's value G.\n\n"
             "UnknownElementError: if the model lacks the element.");
}

}  // namespace

void bind_model(py::module_& module) {
    module.def("require_no_run", &nnpot::require_no_run, py::arg("directory"),
               "Refuse the directory of a training or a loop in the place of a model, and name its models.\n\n"
               "InvalidInputError: if it is one.");
    module.def("find_equal_members", &equal_members, py::arg("members"), py::arg("names"),
               "Give a line for each member of a committee that is the same network as one before it.");
    bind_long_range(module);
    py::class_<nnpot::Model> bound(module, "Model", "The values that define a potential, in eV and Å.");
    bound
        .def(py::init(&make_model), py::kw_only(), py::arg("elements"), py::arg("cutoff_type"), py::arg("cutoff_alpha"),
             py::arg("functions"), py::arg("scaling_mode"), py::arg("scaling"), py::arg("scale_min"),
             py::arg("scale_max"), py::arg("networks"), py::arg("atom_energies"), py::arg("info"),
             R"(Make it of its values; what is by element is a dict of symbols.

``functions``: what follows ``symfunction_short``, of all elements. ``scaling_mode``: none, scale, center,
scale_center, sigma. ``scaling`` (F, 4): min, max, mean, sigma. ``networks``: weights (n_in, n_out), biases (n_out,)
and activation letter of each layer. ``atom_energies``: eV. ``info``: the lines of ``model.info``.

InvalidInputError: if one part does not fit another.)")
        .def_static(
            "read",
            [](const std::string& directory, const std::optional<std::string>& units) {
                return nnpot::read_model(directory, units.value_or(""));
            },
            py::arg("directory"), py::arg("units") = py::none(),
            "Read a model directory; units are metal, real or atomic, None where ``model.info`` states them.\n\n"
            "FileFormatError: naming file and line where a file is missing or damaged.\n"
            "InvalidInputError: if the units are neither given nor stated.")
        .def(
            "write",
            [](const nnpot::Model& self, const std::string& directory) { nnpot::write_model(self, directory); },
            py::arg("directory"),
            "Write ``input.nn``, ``scaling.data``, ``weights.ZZZ.data`` and ``model.info`` in eV and Å.\n\n"
            "FileFormatError: if a file cannot be written.");
    bind_values(bound);
}

}  // namespace nnpot_python
