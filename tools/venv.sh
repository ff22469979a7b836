#!/usr/bin/env bash
# Make .venv, or bring it up to date. Does nothing when it already is.
# Usage: [PYTHON=python3.11] tools/venv.sh [EXTRA,EXTRA,...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

extras=${1:-}
stamp=.venv/.stamp # line 1: hash of what decides the packages; then one extra per line
log=.cache/pip.log

fail() {
    printf 'make: %s\n' "$@" >&2
    exit 1
}

find_python() {
    local name
    for name in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    [[ -n ${PYTHON:-} ]] && fail "tenkai needs Python 3.11 or newer; PYTHON='$PYTHON' is not."
    fail "tenkai needs Python 3.11 or newer; neither python3.11 nor python3 is one here." \
        "On Debian 12 or later, or Ubuntu 24.04: apt-get install python3 python3-venv" \
        "Or name one: make ... PYTHON=/where/it/is/python3"
}

# Same clone, working interpreter, pip inside: else it is made anew.
usable() {
    .venv/bin/python -c 'import pip' 2>/dev/null && grep -qF "$PWD/.venv/bin/python" .venv/bin/pip
}

# pip's stream, cut down to what a waiting person wants to see.
narrate() {
    local line big_file='^ *Downloading ([^ /-]+)-([0-9][^ -]*)-[^ ]+ \(([0-9]{2,})[.0-9]* MB\)'
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        if [[ $line =~ $big_file ]]; then
            printf '    %s %s (%s MB)\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}"
        elif [[ $line == "Installing collected packages: "* ]]; then
            local commas=${line//[^,]/}
            printf '    unpacking %d package(s) ...\n' $((${#commas} + 1))
        fi
    done
}

mkdir -p .cache
if command -v flock >/dev/null; then # two makes at once: the second waits
    exec 9>.cache/venv.lock
    flock 9
fi

hash=$(cat pyproject.toml constraints.txt | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1)
have=$([[ -f $stamp ]] && tail -n +2 "$stamp" || true)
want=$(tr ',' '\n' <<<"$extras" | sed '/^$/d')
if [[ -f $stamp && $(head -n 1 "$stamp") == "$hash" ]] && usable; then
    missing=$(comm -23 <(sort -u <<<"$want") <(sort -u <<<"$have"))
    [[ -z $missing ]] && exit 0
fi

start=$SECONDS
if ! usable; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$("$python" -V) has no venv module." "On Debian or Ubuntu: apt-get install python3-venv"
    echo "==> making .venv with $("$python" -V)"
    rm -rf .venv
    "$python" -m venv .venv
    have=""
fi
rm -f "$stamp" # until the install is whole
all=$(printf '%s\n%s\n' "$have" "$want" | sed '/^$/d' | sort -u)
echo "==> installing tenkai and what it needs (half a minute to a few minutes, by your network)"
: >"$log"
spec=.
[[ -n $all ]] && spec=".[$(paste -sd, - <<<"$all")]"
if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
    -c constraints.txt -e "$spec" 2>&1 | narrate; then
    tail -n 15 "$log" >&2
    fail "the install failed; the lines above are the end of $log." "Check the network, then run the same command again."
fi
printf '%s\n' "$hash" $all >"$stamp"
echo "==> ready in $((SECONDS - start)) s"
