#!/usr/bin/env bash
# Makes digits.csv again, from scikit-learn's package on PyPI. Needs python3 with pip, and the network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$scratch" scikit-learn
python3 - "$scratch" digits.csv <<'PY'
import glob, gzip, sys, zipfile

folder, out = sys.argv[1:]
with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
    data = gzip.decompress(wheel.read("sklearn/datasets/data/digits.csv.gz"))
with open(out, "wb") as file:
    file.write(data)
PY
sha256sum --check digits.csv.sha256
