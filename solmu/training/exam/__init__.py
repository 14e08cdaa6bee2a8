"""The test: questions, attempts answered one by one, what the questions tell."""
