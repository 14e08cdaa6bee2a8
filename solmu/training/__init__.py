"""Training: programmes, who enrols, the cohorts that start; six smaller rooms hold the rest.

learning: materials and progress · exam: questions and attempts · certificates: certificate, badge,
letters · coverage: trained people at workplaces, figures · systems: the institution's own systems ·
autopilot: the month's routine.
"""
