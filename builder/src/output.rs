//! Publishes the product atomically: the previous one stays until the new one is whole.
