"""Steps without meaning: quick, slow, failing, and all of them tell a log that they were called."""
