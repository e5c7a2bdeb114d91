#!/bin/sh
# Installs the Debian packages that are missing, or names them where that is not allowed.
# Usage: system_packages.sh run | test | PACKAGE...
set -eu

# PortAudio to play, what Qt's xcb plug-in loads, and a font.
run="libportaudio2 libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1
     libxcb-shape0 libwayland-cursor0 libwayland-egl1 libglib2.0-0 libdbus-1-3 libfontconfig1 fonts-inter"
# A screen, a sound device and a message bus that exist only in memory.
test="xvfb pulseaudio pulseaudio-utils libasound2-plugins dbus-daemon libglib2.0-bin"

case "${1:-}" in
    run) wanted=$run ;;
    test) wanted=$test ;;
    *) wanted=$* ;;
esac

command -v dpkg-query >/dev/null || {
    [ "$(uname -s)" != Linux ] || echo "This is not Debian: see to it that these are there: $wanted"
    exit 0
}

[ "${1:-}" != run ] || python3 -c 'import ensurepip' 2>/dev/null || wanted="$wanted python3-venv"

missing=
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root="sudo"
else
    echo "These packages are missing and installing them needs an administrator:" >&2
    echo "    sudo apt-get install$missing" >&2
    exit 1
fi
echo "Installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  (a list of packages)
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
