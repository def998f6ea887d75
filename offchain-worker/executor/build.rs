//! Lets the libraries that the executor loads find its `dlopen` and `dlsym` (`src/sandbox/loader.rs`).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["dlopen", "dlsym"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={name}");
    }
}
