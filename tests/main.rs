//! One binary for all integration tests, a module for each phase of the pipeline.
