#!/usr/bin/env bash
# Tests draw Japanese labels and look at the picture: they need a Japanese font on the system.
# Installs Debian's fonts-noto-cjk when it may, else says what to install.
set -euo pipefail

package=fonts-noto-cjk

has_font() {
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' && return
    [[ -n $(fc-list :lang=ja family 2>/dev/null) ]] && return
    [[ $(uname) == Darwin ]] # macOS ships one
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

has_font && exit 0
if command -v apt-get >/dev/null && as_root true 2>/dev/null; then
    echo "==> installing $package (a Japanese font, for the tests)"
    as_root apt-get update -qq </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" \
        </dev/null >/dev/null
    exit 0
fi
echo "The tests need a Japanese font and this user may not install one." >&2
echo "On Debian or Ubuntu: sudo apt-get install $package. Elsewhere: Noto Sans CJK from your system's packages." >&2
exit 1
