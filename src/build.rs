//! Builds the unwinder into the program where it would be a shared library beside it (libgcc_s, on Linux with glibc):
//! to load that takes an eighth of a start, and only the report of a panic needs it. It is a part of every gcc, which
//! links Rust programs there.
#![expect(
    clippy::disallowed_methods,
    reason = "so cargo tells build scripts of the target"
)]

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let is = |name, value| std::env::var(name).is_ok_and(|is| is == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}
