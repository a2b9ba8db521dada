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

using ScalingByElement = std::map<std::string, RowMajor>;
using NetworkByElement = std::map<std::string, std::vector<LayerTuple>>;

nnpot::ScalingMode scaling_mode(const std::string& name) {
    static const std::map<std::string, nnpot::ScalingMode> modes{{"none", nnpot::ScalingMode::none},
                                                                 {"scale", nnpot::ScalingMode::scale},
                                                                 {"center", nnpot::ScalingMode::center},
                                                                 {"scale_center", nnpot::ScalingMode::scale_center},
                                                                 {"sigma", nnpot::ScalingMode::sigma}};
    const auto found = modes.find(name);
    if (found != modes.end()) return found->second;
    throw nnpot::InvalidInput("scaling mode: expected none, scale, center, scale_center or sigma, got '" + name + "'");
}

template <typename Map>
const typename Map::mapped_type& of_element(const Map& values, const std::string& element, const char* what) {
    const auto found = values.find(element);
    if (found == values.end())
        throw nnpot::InvalidInput(std::string("model: ") + what + " of " + element + " is missing");
    return found->second;
}

std::vector<nnpot::SymmetryFunction> functions_of(const std::vector<std::string>& texts, int center) {
    std::vector<nnpot::SymmetryFunction> functions;
    for (const std::string& text : texts) {
        const nnpot::SymmetryFunction function = nnpot::parse_symmetry_function(text);
        if (function.center == center) functions.push_back(function);
    }
    std::sort(functions.begin(), functions.end(), nnpot::comes_before);
    return functions;
}

nnpot::Model make_model(const std::vector<std::string>& elements, int cutoff_type, double cutoff_alpha,
                        const std::vector<std::string>& functions, const std::string& mode,
                        const ScalingByElement& scaling, double scale_min, double scale_max,
                        const NetworkByElement& networks, const std::map<std::string, double>& atom_energies,
                        const std::map<std::string, std::string>& info) {
    nnpot::Model model;
    model.cutoff_type = nnpot::cutoff_type_from_number(cutoff_type);
    model.cutoff_alpha = cutoff_alpha;
    model.scaling_mode = scaling_mode(mode);
    model.scale_min = scale_min;
    model.scale_max = scale_max;
    model.info = info;
    for (const std::string& symbol : elements) {
        const int number = nnpot::atomic_number(symbol);
        model.elements.push_back({number, of_element(atom_energies, symbol, "the atom energy"),
                                  functions_of(functions, number),
                                  to_scaling(of_element(scaling, symbol, "the scaling data")),
                                  to_layers(of_element(networks, symbol, "the network"))});
    }
    std::sort(model.elements.begin(), model.elements.end(),
              [](const auto& a, const auto& b) { return a.atomic_number < b.atomic_number; });
    model.require_consistent();
    std::size_t n_functions = 0;
    for (const nnpot::ElementModel& element : model.elements) n_functions += element.functions.size();
    if (n_functions != functions.size()) {
        throw nnpot::InvalidInput("model: the center of a symmetry function is not among the elements");
    }
    return model;
}

void set_long_range(nnpot::Model& model, const std::string& form, double alpha, double real_cutoff,
                    const std::map<std::string, double>& charges) {
    if (form != "full" && form != "reciprocal") {
        throw nnpot::InvalidInput("long range: expected the form full or reciprocal, got '" + form + "'");
    }
    nnpot::LongRange long_range{form == "full", alpha, real_cutoff, {}};
    for (const auto& [symbol, charge] : charges) long_range.charges[nnpot::atomic_number(symbol)] = charge;
    model.long_range = long_range;
    model.require_consistent();
}

py::object long_range(const nnpot::Model& model) {
    if (!model.long_range) return py::none();
    std::map<std::string, double> charges;
    for (const auto& [number, charge] : model.long_range->charges) charges[nnpot::element_symbol(number)] = charge;
    return py::make_tuple(model.long_range->with_real_space ? "full" : "reciprocal", model.long_range->alpha,
                          model.long_range->real_cutoff, charges);
}

const nnpot::ElementModel& element_of(const nnpot::Model& model, const std::string& symbol) {
    const int number = nnpot::atomic_number(symbol);
    for (const nnpot::ElementModel& element : model.elements) {
        if (element.atomic_number == number) return element;
    }
    throw nnpot::UnknownElement("element '" + symbol + "' is not in the model");
}

std::vector<std::string> symbols(const nnpot::Model& model) {
    std::vector<std::string> symbols;
    for (const auto& element : model.elements) symbols.push_back(nnpot::element_symbol(element.atomic_number));
    return symbols;
}

double cutoff(const nnpot::Model& model) {
    double largest = 0.0;
    for (const auto& element : model.elements) {
        for (const auto& function : element.functions) largest = std::max(largest, function.cutoff);
    }
    return largest;
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

}  // namespace

void bind_model(py::module_& module) {
    module.def("require_no_run", &nnpot::require_no_run, py::arg("directory"));
    module.def("find_equal_members", &equal_members, py::arg("members"), py::arg("names"));
    py::class_<nnpot::Model>(module, "Model")
        .def(py::init(&make_model), py::arg("elements"), py::arg("cutoff_type"), py::arg("cutoff_alpha"),
             py::arg("functions"), py::arg("scaling_mode"), py::arg("scaling"), py::arg("scale_min"),
             py::arg("scale_max"), py::arg("networks"), py::arg("atom_energies"), py::arg("info"))
        .def_static(
            "read",
            [](const std::string& directory, const std::optional<std::string>& units) {
                return nnpot::read_model(directory, units.value_or(""));
            },
            py::arg("directory"), py::arg("units") = py::none())
        .def(
            "write",
            [](const nnpot::Model& self, const std::string& directory) { nnpot::write_model(self, directory); },
            py::arg("directory"))
        .def("set_long_range", &set_long_range, py::arg("form"), py::arg("alpha"), py::arg("real_cutoff"),
             py::arg("charges"))
        .def_property_readonly("long_range", &long_range)
        .def_property_readonly("elements", &symbols)
        .def_property_readonly("cutoff", &cutoff)
        .def_property_readonly("cutoff_type", &cutoff_type)
        .def_readonly("cutoff_alpha", &nnpot::Model::cutoff_alpha)
        .def_property_readonly("atom_energies", &atom_energies)
        .def_readonly("mean_energy", &nnpot::Model::mean_energy)
        .def_readonly("energy_per_output", &nnpot::Model::energy_per_output)
        .def_property_readonly("info", &info)
        .def_property_readonly("warnings", &warnings)
        .def("functions", &function_texts, py::arg("element"))
        .def("network", &network, py::arg("element"))
        .def("scaling", &scaling, py::arg("element"))
        .def("input_scaling", &input_scaling, py::arg("element"));
}

}  // namespace nnpot_python
