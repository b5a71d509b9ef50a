#!/bin/sh
# Makes .venv with the locked dependencies, and what the tests need from the system.
#
#   tools/bootstrap.sh           what `make run` needs
#   tools/bootstrap.sh --tests   that, the test tools, Chromium and a font
#
# Needs python3 (3.11 or newer) and a package index. Missing Debian packages are installed when we may
# (root, or sudo without a password); otherwise one sentence says what to install. Run twice, the second
# run finds its stamp and does nothing. Takes no setting from HOME and leaves nothing there but pip's and
# uv's caches.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
fail() { say "bootstrap: $*"; exit 1; }

case "${1-}" in
    '') wanted='requirements.txt'; stamp=.venv/.stamp-run ;;
    --tests) wanted='requirements.txt requirements-dev.txt'; stamp=.venv/.stamp-tests ;;
    *) fail "unknown option $1; there is only --tests" ;;
esac

# Two at once (make run beside make test) would write into one environment.
if command -v flock >/dev/null 2>&1; then
    exec 9>.bootstrap.lock
    flock 9
fi

# install_debian PACKAGE...: with apt-get when we may, else non-zero.
install_debian() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
        as_root='sudo -n'
    fi
    say "Installing Debian packages: $*"
    # dpkg's helpers live in sbin, which a bare PATH may lack. A fresh machine has no package lists yet.
    install="$as_root env PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive apt-get -qq -y"
    $install install --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    $install update >/dev/null && $install install --no-install-recommends "$@" >/dev/null
}

need_debian() { # WHY PACKAGE...
    why=$1; shift
    install_debian "$@" || fail "$why. Install it and run this again; on Debian: apt-get install $*"
}

make_venv() {
    command -v python3 >/dev/null 2>&1 || need_debian 'python3 is missing' python3 python3-venv
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed; python3 here is $(python3 -V 2>&1)"
    python3 -c 'import ensurepip, venv' 2>/dev/null ||
        need_debian "this python3 cannot make virtual environments" python3-venv
    rm -rf .venv
    python3 -m venv .venv
}

# uv reads none of pip's settings: hand it the index and the certificates that pip was given here.
pip_setting() {
    .venv/bin/python -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.$1='\(.*\)'\$/\1/p" | tail -n 1
}

hand_pip_settings_to_uv() {
    index=$(pip_setting index-url)
    cert=$(pip_setting cert)
    if [ -z "${UV_DEFAULT_INDEX-}" ] && [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
    if [ -z "${SSL_CERT_FILE-}" ] && [ -n "$cert" ]; then export SSL_CERT_FILE="$cert"; fi
    if [ ! -w "${HOME-/nonexistent}" ]; then export UV_CACHE_DIR="$PWD/.venv/.cache"; fi
}

install_packages() {
    say "Installing the locked packages of: $wanted"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-warn-script-location \
        --no-deps --require-hashes --only-binary :all: -r tools/uv.txt ||
        fail 'uv could not be installed. Is the package index reached? To see: .venv/bin/python -m pip download uv'
    hand_pip_settings_to_uv
    set --
    for file in $wanted; do set -- "$@" -r "$file"; done
    .venv/bin/uv pip install -q --no-config --python .venv/bin/python --require-hashes --no-build "$@" ||
        fail 'the locked packages could not be installed; uv has said why'
}

# The stamp holds all that the environment depends on, its own place too: scripts name it in their first line.
fingerprint() { { pwd; .venv/bin/python -VV; cat tools/uv.txt $wanted; } | sha256sum; }

.venv/bin/python -c 'import pip' 2>/dev/null || make_venv
[ ! -e .venv/.place ] || [ "$(cat .venv/.place)" = "$PWD" ] || make_venv
pwd >.venv/.place
if [ "$(cat "$stamp" 2>/dev/null)" != "$(fingerprint)" ]; then
    install_packages
    # The same browser without its windows: the journeys take a fifth less. Asked for once; any Chromium will do.
    if [ "${1-}" = --tests ] && [ -z "${TELECONSULT_CHROMIUM-}" ] && ! command -v chromium-headless-shell >/dev/null; then
        install_debian chromium-headless-shell || say 'There is no chromium-headless-shell to be had; looking for Chromium.'
    fi
    fingerprint >"$stamp"
fi

if [ "${1-}" = --tests ]; then
    chromium=${TELECONSULT_CHROMIUM-}
    for name in chromium-headless-shell chromium chromium-browser google-chrome; do
        [ -n "$chromium" ] || chromium=$(command -v "$name" || true)
    done
    [ -n "$chromium" ] || need_debian 'the browser journeys need Chromium' chromium
    .venv/lib/python3*/site-packages/playwright/driver/node --version >/dev/null 2>&1 ||
        need_debian 'the program inside Playwright does not start' libatomic1
    # Without any font Chromium draws boxes, and a journey that looks at text sees nothing.
    [ -d /usr/share/fonts/truetype ] || need_debian 'Chromium needs a font' fonts-dejavu-core
fi

# Translations are kept as text (.po) and compiled here.
if [ -d teleconsult/translations ]; then
    for po in teleconsult/translations/*/LC_MESSAGES/*.po; do
        [ -e "$po" ] || continue
        mo=${po%.po}.mo
        [ "$mo" -nt "$po" ] || .venv/bin/pybabel -q compile -i "$po" -o "$mo" -l "$(basename "$(dirname "$(dirname "$po")")")"
    done
fi
