//! Lets the libraries that the executor loads find its `dlopen` (`src/sandbox/loader.rs`).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol=dlopen");
}
