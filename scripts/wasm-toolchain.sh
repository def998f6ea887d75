#!/usr/bin/env bash
# Makes a toolchain that can build for wasm32v1-none out of Debian's Rust packages (rustc-web,
# cargo-web, rust-web-src, rust-web-llvm), which have no `core` for that target but its source.
# For machines where rustup cannot download the target; scripts/setup.sh calls it.
#
#   scripts/wasm-toolchain.sh DIR
#
# DIR becomes a sysroot: links to Debian's compiler and native libraries, and `core` and `alloc`
# compiled here (about half a minute). It replaces DIR only when it is complete.
set -euo pipefail

target_dir=${1:?usage: scripts/wasm-toolchain.sh DIR}
rustc=/usr/bin/rustc
cargo=/usr/bin/cargo
for tool in "$rustc" "$cargo"; do
    [ -x "$tool" ] || { echo "wasm-toolchain: $tool is missing: apt-get install rustc-web cargo-web" >&2; exit 1; }
done
[ -d /usr/lib/rustlib/src/rust/library/core ] \
    || { echo "wasm-toolchain: the source of core is missing: apt-get install rust-web-src" >&2; exit 1; }
host=$("$rustc" -vV | sed -n 's/^host: //p')

mkdir -p "$(dirname "$target_dir")"
target_dir=$(cd "$(dirname "$target_dir")" && pwd)/$(basename "$target_dir")
new=$target_dir.new
rm -rf "$new"
trap 'rm -rf "$new"' EXIT
lib=$new/lib/rustlib/wasm32v1-none/lib
crate=$new/build
mkdir -p "$new/bin" "$lib" "$crate/src"

ln -s "/usr/lib/rustlib/$host" "$new/lib/rustlib/$host"
ln -s /usr/lib/rustlib/src "$new/lib/rustlib/src"
ln -s "$cargo" "$new/bin/cargo"
ln -s /usr/bin/rustdoc "$new/bin/rustdoc"
# Debian's compiler looks for libraries under /usr unless it is told of another sysroot.
printf '#!/bin/sh\nexec %s --sysroot "%s" "$@"\n' "$rustc" "$target_dir" > "$new/bin/rustc"
chmod +x "$new/bin/rustc"

# An empty crate that needs alloc, so that cargo compiles core, compiler_builtins and alloc.
printf '#![no_std]\nextern crate alloc;\n' > "$crate/src/lib.rs"
cat > "$crate/Cargo.toml" <<'TOML'
[package]
name = "sysroot"
version = "0.0.0"
edition = "2021"
[workspace]
TOML
# RUSTC_BOOTSTRAP admits -Zbuild-std to a stable compiler, for this crate only. Bitcode is kept so
# that the runtime can be built with link-time optimisation.
(
    cd "$crate"
    env -u RUSTUP_TOOLCHAIN -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET \
        RUSTC="$rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes \
        "$cargo" build --quiet --release -Zbuild-std=core,alloc --target wasm32v1-none --target-dir "$crate/target"
)
for name in core alloc compiler_builtins; do
    cp "$crate"/target/wasm32v1-none/release/deps/lib"$name"-*.rlib "$lib/"
done
rm -rf "$crate" "$target_dir"
mv "$new" "$target_dir"
trap - EXIT
