"""How partnerships grow: networks on an institution's register, and from two to many."""
