# Common tasks. `just` lists them; `just TASK` runs one.

# List the tasks.
default:
    @just --list

# Build freeze for development.
build:
    cargo build -p freeze

# Build a release of freeze.
release:
    cargo build --release -p freeze

# Freeze and run a small program.
hello:
    cargo run --release -p freeze -- specs/hello.spec -y --

# Format all code.
format:
    cargo fmt --all

# Check formatting, lints and documentation, as CI does.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

# Run the tests whose names contain FILTER; all without one.
test *FILTER:
    cargo test --release -- {{FILTER}}

# Run everything that CI runs, as root in a clean clone.
ci:
    .ci/run

# Build the launchers for other platforms (all, or TRIPLES).
launchers *TRIPLES="all":
    bootloader/launchers.sh {{TRIPLES}}

# Update the files that are generated from the code.
generate:
    cargo build -p freeze
    target/debug/freeze schema > docs/reference/spec.schema.json
    python3 docs/images/pictures.py

# Build the book into target/book (needs `cargo install mdbook`).
book:
    mdbook build docs

# Measure freeze and its peers, and write the tables of the README.
bench PYTHON="python3.12":
    python3 tests/bench/bench.py --python {{PYTHON}} --readme README.md
