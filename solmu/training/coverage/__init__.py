"""Trained people at workplaces, students at workplaces, and the programme's figures."""
