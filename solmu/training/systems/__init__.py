"""The institution's own systems: student management, Google, Microsoft."""
