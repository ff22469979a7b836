"""Steps of the stage process."""
