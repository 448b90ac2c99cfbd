#!/bin/sh
# Installs the Debian packages that a target needs, where root; else says what is missing.
# usage: tools/system.sh run|test
set -eu

need() { # need COMMAND PACKAGE...
    command -v "$1" >/dev/null 2>&1 && return 0
    shift
    missing="${missing:-} $*"
}

python3 -c 'import ensurepip' 2>/dev/null || missing="python3 python3-venv"
if [ "$1" = test ]; then
    need chromium chromium
    need node nodejs
    need npm npm
fi
[ -n "${missing:-}" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing:$missing. Install these packages (Debian names), then run make again." >&2
    exit 1
fi
echo "Installing Debian packages:$missing"
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
