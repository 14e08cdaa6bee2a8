"""The life of an agreement in force: duties, yearly review, notice, renewal, archive, bulk."""
