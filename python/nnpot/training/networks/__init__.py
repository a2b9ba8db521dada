"""Networks of all elements, and what they say about frames."""
