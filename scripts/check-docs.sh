#!/usr/bin/env bash
# Fails if a link in a tracked Markdown page names a file that does not exist in the checkout, or a heading that its
# page does not have. Links to the network are not followed: a check must not depend on somebody else's server. It also
# fails if a page has ?? where a number is to be: decisions (docs/adr) may quote it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The anchors of a page's headings, a line each, as GitHub makes them: links, punctuation and capitals go, spaces
# become hyphens, and what is there already gets a number. Of letters only those of ASCII are known.
anchors() {
    LC_ALL=C awk '
        /^ *```/ { code = !code; next }
        code || !/^#+ / { next }
        {
            sub(/^#+ +/, "")
            sub(/ +$/, "")
            gsub(/\]\([^)]*\)/, "")
            anchor = tolower($0)
            gsub(/[^a-z0-9_ -]/, "", anchor)
            gsub(/ /, "-", anchor)
            print anchor (seen[anchor] ? "-" seen[anchor] : "")
            seen[anchor]++
        }' "$1"
}

broken=0
while IFS= read -r page; do
    # Code blocks may hold brackets and parentheses that are no links.
    while IFS= read -r link; do
        case $link in *://* | mailto:*) continue ;; esac
        path=${link%%#*}
        case $path in
            '') target=$page ;;
            /*) target=.$path ;;
            *) target=$(dirname "$page")/$path ;;
        esac
        if ! [ -e "$target" ]; then
            echo "$page: link to $link, which does not exist" >&2
            broken=1
        elif [[ $link == *#* && $target == *.md ]] && ! grep -qxF -e "${link#*#}" <<<"$(anchors "$target")"; then
            echo "$page: link to $link, but $target has no such heading" >&2
            broken=1
        fi
    done < <(awk '/^ *```/ { code = !code; next } !code' "$page" | grep -oE '\]\([^) ]+' | sed 's/^](//' || true)
    case $page in docs/adr/*) continue ;; esac
    # Not in what is code, where ?? may be an operator.
    while IFS= read -r line; do
        echo "$page:$line: ?? in the place of a number" >&2
        broken=1
    done < <(awk '
        /^ *```/ { code = !code; next }
        code { next }
        { gsub(/`[^`]*`/, "") }
        /(^|[ (])\?\?([ ).,:;]|$)/ { print NR }' "$page")
done < <(git ls-files --cached --others --exclude-standard '*.md')
exit "$broken"
