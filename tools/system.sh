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
    need firefox-esr firefox-esr
    need node nodejs
    need npm npm
    need nginx nginx-light # the proxies of deploy/
    need caddy caddy
    need nats-server nats-server # for nodes of a cluster
    for fonts in core cjk color-emoji; do # the letters of exported pictures, as in deploy/Dockerfile
        [ -e "/usr/share/doc/fonts-noto-$fonts" ] || missing="${missing:-} fonts-noto-$fonts"
    done
    if [ "$(id -u)" -eq 0 ]; then # the tests between networks of their own; others skip them
        need tc iproute2
        need nft nftables
        need turnserver coturn
    fi
fi
[ -n "${missing:-}" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing:$missing. Install these packages (Debian names), then run make again." >&2
    exit 1
fi
echo "Installing Debian packages:$missing"
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then # what is installed here starts no service
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
for service in coturn nginx caddy nats-server; do # what is installed here is run by the tests alone
    case "$missing" in *$service*) update-rc.d "$service" disable >/dev/null 2>&1 || true ;; esac
done
