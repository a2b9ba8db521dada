import numpy as np
import pytest
from matplotlib.figure import Figure

from nnpot.analysis.dynamics import EnergyConservation
from nnpot.analysis.radial_distribution import RadialDistribution
from nnpot.figures import epoch_plots, panels, plots
from nnpot.figures.panels import Panel


@pytest.mark.parametrize("count", [200, 5000])
def test_parity_has_units_and_an_error_panel(count):
    x = np.linspace(-5.0, -3.0, count)
    upper, lower = plots.parity(x, x + 0.002, "Energy", "eV/atom", note="RMSE 2.00 meV/atom").axes[:2]
    assert upper.get_ylabel() == "Energy, predicted (eV/atom)"
    assert lower.get_ylabel() == "Error (meV/atom)"
    assert lower.get_ylim()[1] == pytest.approx(2.2)
    assert upper.get_xlim() == upper.get_ylim()


@pytest.mark.parametrize("count", [10, 5000])
def test_an_error_in_a_parity_plot_is_predicted_minus_reference(count):
    x = np.linspace(-5.0, -3.0, count)
    upper, lower = plots.parity(x, x + 0.5, "Energy", "eV/atom").axes[:2]
    for ax, expected in ((upper, -2.5), (lower, 500.0)):
        points = np.asarray(ax.collections[0].get_offsets())
        height = points[points[:, 0].argmax(), 1]
        assert height == pytest.approx(expected, abs=0.06 * abs(expected)), "prediction on the vertical axis"


def test_parity_of_a_constant_is_drawn():
    assert isinstance(plots.parity([1.0, 1.0], [1.0, 1.0], "Charge", "e"), Figure)


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_parity_panels_share_the_scale_of_their_density(n):
    x = np.linspace(-5.0, 5.0, 4000)
    few = np.linspace(-1.0, 1.0, 10)
    names = ["Si", "O", "C", "H", "N"][:n]
    panels = {name: (x, x + 0.1) for name in names[:-1]} | {names[-1]: (few, few)}
    figure = plots.parity_panels(panels, "Force", "eV/Å", {name: f"RMSE of {name}" for name in names})
    shown = [ax for ax in figure.axes if ax.get_title()]
    assert [ax.get_title() for ax in shown] == names
    norms = [ax.collections[0].norm.vmax for ax in shown[:-1]]
    assert len(set(norms)) <= 1


def test_error_distributions_show_density_and_share():
    errors = np.array([-3.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 50.0])
    figure = plots.error_distributions({"Force error (meV/Å)": {"train": errors, "test": [0.0, 0.0]}})
    upper, lower = figure.axes
    assert upper.get_xlabel() == "Force error (meV/Å)"
    assert lower.get_xlabel() == "|Force error| (meV/Å)"
    line = lower.get_lines()[0]
    sizes, shares = line.get_data()
    assert (sizes[0], shares[0], sizes[-1], shares[-1]) == (50.0, 0.1, 1.0, 1.0)
    assert shares[list(sizes).index(3.0)] == pytest.approx(0.2)
    assert lower.get_xlim()[0] > 1e-3, "rounding errors of zeros by symmetry do not stretch the axis"


def test_learning_curve_shades_between_the_members_of_a_committee():
    epochs = np.arange(1, 5)
    members = np.stack([10.0 / epochs, 30.0 / epochs], axis=1)
    (ax,) = epoch_plots.learning_curve(epochs, {"Loss": {"validation": members}}).axes
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), 20.0 / epochs)
    (band,) = ax.collections
    assert band.get_paths()[0].vertices[:, 1].max() == 30.0


def test_learning_curve_draws_the_mean_of_a_committee_and_the_guide_through_it():
    epochs = np.arange(1, 5)
    members = np.stack([1.0 / epochs, 2.0 / epochs, 9.0 / epochs], axis=1)
    (ax,) = epoch_plots.learning_curve(epochs, {"Loss": {"validation": members}}, guides=["Loss"]).axes
    curve, guide = ax.get_lines()
    np.testing.assert_allclose(curve.get_ydata(), 4.0 / epochs)
    np.testing.assert_allclose(guide.get_ydata(), 2.0 * np.sqrt(2.0 / epochs))
    (ax, *_) = epoch_plots.charge_curves(epochs, {"Na": members}).axes
    np.testing.assert_allclose(ax.get_lines()[0].get_ydata(), 4.0 / epochs)


def test_learning_curve_is_logarithmic_on_both_axes():
    epochs = np.arange(1, 50)
    figure = epoch_plots.learning_curve(
        epochs, {"Force RMSE (meV/Å)": {"training": 100 / epochs, "validation": 120 / epochs}}, [40, 40]
    )
    (ax,) = figure.axes
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_ylabel()) == ("log", "log", "Force RMSE (meV/Å)")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "training",
        "validation",
        "kept: epoch 40",
    ]


def test_radial_distributions_share_axes():
    curve = RadialDistribution(np.linspace(0.1, 6, 20), np.ones(20))
    figure = plots.radial_distributions({"Crystal": {"SW": curve, "network": curve}, "Liquid": {"SW": curve}})
    assert [len(ax.get_legend().get_texts()) for ax in figure.axes] == [2, 1]


def test_energy_conservation_names_drift_and_fluctuation():
    run = EnergyConservation(np.linspace(0, 1, 100), np.linspace(0, 0.01, 100), 300.0, 1.0)
    figure = plots.energy_conservation({"SW": run, "network": run})
    assert figure.axes[0].get_title() == "SW: drift +10.00, rms 0.00 µeV/atom"
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_bars_carry_their_values():
    figure = plots.bars(["SW", "network"], [1.0, 5.25], "µs per atom and step")
    assert "5.25" in [text.get_text() for text in figure.axes[0].texts]


def test_bars_show_their_range_and_put_the_value_behind_it():
    figure = plots.bars(["SW", "network"], [1.0, 5.0], "µs", ranges=[(0.5, 2.0), (4.0, 8.0)])
    (ax,) = figure.axes
    assert [text.xy[0] for text in ax.texts] == [2.0, 8.0]
    assert ax.get_xlim()[1] > 8.0


def test_stacked_bars_end_at_the_sum_of_their_parts():
    figure = plots.stacked_bars({"ours": {"list": 1.0, "sums": 2.5}, "other": {"sums": 1.0}}, "µs")
    (ax,) = figure.axes
    assert [text.get_text() for text in ax.texts] == ["3.50", "1.00"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["list", "sums"]


CURVES = {"sw": plots.Curve([1, 2], [1.0, 1.8], [1.0, 1.7], [1.0, 1.9])}


def test_curves_are_logarithmic():
    (ax,) = plots.curves(CURVES, "Atoms", "µs").axes
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_xlabel()) == ("log", "log", "Atoms")


def test_curves_that_are_nearly_constant_look_so():
    for y, span in (([20.0, 21.0], 10.0), ([1.0, 1000.0], 1000.0)):
        (ax,) = plots.curves({"sw": plots.Curve([1, 2], y, y, y)}, "Atoms", "µs").axes
        low, high = ax.get_ylim()
        assert low < min(y) and high > max(y)
        assert 0.99 * span < high / low < 2.0 * span


def test_speed_ups_stand_beside_the_ideal():
    figure = plots.speed_up(CURVES, "MPI ranks", "Speed-up")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["ideal", "sw"]
    assert list(figure.axes[0].get_lines()[0].get_ydata()) == [1.0, 2.0]


def test_learning_curve_marks_a_turn_and_draws_a_guide_on_logarithmic_axes():
    epochs = np.arange(1, 101)
    panels = {"Loss": {"train": 9 / epochs, "validation": 16 / epochs}, "Learning rate": {"": 0.1 / epochs}}
    loss, rate = epoch_plots.learning_curve(epochs, panels, [], 40, ["Loss"]).axes
    curves = {line.get_label(): line for line in loss.get_lines()}
    np.testing.assert_array_equal(curves["overfits from 40"].get_xdata(), [40, 40])
    guide = curves["1/√epoch"].get_ydata()
    np.testing.assert_allclose(guide, 0.9 * np.sqrt(10 / epochs))
    assert "1/√epoch" not in {line.get_label() for line in rate.get_lines()}


def test_learning_curve_on_linear_axes_leaves_the_first_epochs_out():
    epochs = np.arange(1, 101)
    panels = {"Loss": {"train": 9 / epochs, "validation": 16 / epochs}}
    (ax,) = epoch_plots.learning_curve(epochs, panels, guides=["Loss"], linear=True).axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "linear")
    assert ax.get_ylim() == pytest.approx((0.0, 1.1 * 16 / 6))
    assert len(ax.get_lines()) == 2, "no guide"


def test_figures_of_zeros_have_linear_axes(recwarn: pytest.WarningsRecorder) -> None:
    """matplotlib would say that data without positive values cannot be log-scaled."""
    zeros, epochs = np.zeros(5), np.arange(1, 6)
    figures = {
        "distribution": plots.error_distributions({"Force error (meV/Å)": {"train": zeros}}),
        "curves": plots.curves({"a": plots.Curve([1, 2], [0, 0], [0, 0], [0, 0])}, "Atoms", "s"),
        "in_time": plots.errors_in_time({"a": [([1.0, 2.0], [0.0, 0.0])]}, "meV/Å", 0.0),
        "epochs": epoch_plots.learning_curve(epochs, {"Loss": {"train": zeros}}, [2], None, ["Loss"]),
        "panels": panels.lines([Panel("", "x", "y", {"a": (zeros, -epochs)}, x_log=True, y_log=True)]),
        "map": panels.maps([panels.Map("", {(0.0, -1.0): 0.0, (0.0, -2.0): -3.0})], "x", "y", "z"),
    }
    linear = {name: [] for name in figures}
    for name, figure in figures.items():
        figure.canvas.draw()
        for ax in figure.axes:
            linear[name] += [
                k for k, axis in (("x", ax.xaxis), ("y", ax.yaxis)) if axis.get_scale() == "linear"
            ]
    assert linear == {
        "distribution": ["x", "y", "x"], "curves": ["y"], "in_time": ["y"], "epochs": ["y"],
        "panels": ["x", "y"], "map": ["x", "y", "x", "y"],
    }  # fmt: skip
    assert not [str(warning.message) for warning in recwarn.list if "log" in str(warning.message)]


def test_axes_with_a_single_positive_value_are_logarithmic() -> None:
    figure = epoch_plots.learning_curve([1, 2, 3], {"Loss": {"train": np.array([0.0, 0.0, 2.0])}})
    assert figure.axes[0].get_yscale() == figure.axes[0].get_xscale() == "log"
