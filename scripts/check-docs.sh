#!/usr/bin/env bash
# Fails if a link in a tracked Markdown page names a file that does not exist in the checkout.
# Links to the network are not followed: a check must not depend on somebody else's server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

broken=0
while IFS= read -r page; do
    # Code blocks may hold brackets and parentheses that are no links.
    while IFS= read -r link; do
        path=${link%%#*}
        case $path in '' | *://* | mailto:*) continue ;; esac
        case $path in
            /*) target=.$path ;;
            *) target=$(dirname "$page")/$path ;;
        esac
        if ! [ -e "$target" ]; then
            echo "$page: link to $link, which does not exist" >&2
            broken=1
        fi
    done < <(awk '/^ *```/ { code = !code; next } !code' "$page" | grep -oE '\]\([^) ]+' | sed 's/^](//' || true)
done < <(git ls-files --cached --others --exclude-standard '*.md')
exit "$broken"
