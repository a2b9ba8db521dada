"""The extended Kalman filter."""
