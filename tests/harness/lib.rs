//! Builds what tests need and runs frozen programs away from the machine they were built on.
