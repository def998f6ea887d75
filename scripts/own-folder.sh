# shellcheck shell=bash
# A folder at a place that everybody can write to, which is nobody's but this user's. Sourced.

# own_folder FOLDER: makes it, or takes the one that is there; fails if that is a link, or somebody else's, or if others
# could write to it: what is in it may be theirs.
own_folder() {
    mkdir -m 700 "$1" 2>/dev/null || {
        [ ! -L "$1" ] && [ -d "$1" ] && [ -O "$1" ] && [ -n "$(find "$1" -maxdepth 0 ! -perm /022)" ] && chmod 700 "$1"
    }
}
