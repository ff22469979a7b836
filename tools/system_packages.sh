#!/usr/bin/env bash
# Tests draw Japanese labels and look at the picture: they need a Japanese font on the system. They click through the
# workbench: they need Chromium. Installs Debian's packages when it may, else says what to install.
set -euo pipefail

has_font() {
    dpkg-query -W -f='${Status}' fonts-noto-cjk 2>/dev/null | grep -q 'install ok installed' && return
    [[ -n $(fc-list :lang=ja family 2>/dev/null) ]] && return
    [[ $(uname) == Darwin ]] # macOS ships one
}

has_chromium() {
    command -v chromium >/dev/null || [[ -n ${TENKAI_CHROMIUM:-} ]]
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

packages=()
has_font || packages+=(fonts-noto-cjk)
has_chromium || packages+=(chromium)
[[ ${#packages[@]} == 0 ]] && exit 0
if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
    echo "==> installing ${packages[*]} (for the tests: a Japanese font, a browser)"
    as_root apt-get update -qq </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" \
        </dev/null >/dev/null
    exit 0
fi
echo "The tests need ${packages[*]}, and this user may not install packages." >&2
echo "On Debian or Ubuntu: sudo apt-get install ${packages[*]}." >&2
echo "Elsewhere: Noto Sans CJK from your system's packages; Chromium or Chrome, named in TENKAI_CHROMIUM." >&2
exit 1
