"""Learning in a loop: explore with a committee, label what it does not know, train, until it is trusted.

Importing this package is light; TensorFlow is imported when a training starts.
"""

from nnpot.learning.config import LearningConfig, load_config, template

__all__ = ["LearningConfig", "load_config", "template"]
