//! Own cases, one file per kind.
