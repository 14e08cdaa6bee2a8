"""The life of what was signed: who is bound when, joining, withdrawing, reviews, renewals."""
