#!/bin/sh
# Installs, uses and removes the .deb in a fresh Debian that has nothing else, as root: `make check-deb`.
# Usage: check_deb.sh [SUITE]    (by default the one of this machine)
# The mirror is the one that this machine's apt uses; a picture of the window is left in build/.
set -eu
cd "$(dirname "$0")/../.."

package=$(find dist -name 'emoviz_*.deb' | sort | tail -n 1)
[ -n "$package" ] || { echo "There is no dist/emoviz_*.deb: run make deb" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "A Debian of its own needs an administrator: sudo make check-deb" >&2; exit 1; }
sh build_scripts/system_packages.sh debootstrap

here=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
suite=${1:-$here}
# shellcheck disable=SC2016  (apt fills these in)
mirror=$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" "Codename: $here" | head -n 1)

tree=$(mktemp -d)
chmod 755 "$tree"
trap 'rm -rf --one-file-system "$tree"' EXIT
echo "A fresh $suite ..."
debootstrap --variant=minbase "$suite" "$tree" "$mirror" >"$tree/debootstrap.log" 2>&1 || {
    tail -n 20 "$tree/debootstrap.log" >&2
    exit 1
}
# How this machine's apt reaches its mirror holds inside as well.
cp -a /etc/apt/apt.conf.d/. "$tree/etc/apt/apt.conf.d/"
# A file among them may be one that a package brings, of another suite in another form.
echo 'Dpkg::Options { "--force-confold"; };' >"$tree/etc/apt/apt.conf.d/zz-keep"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
mkdir "$tree/trial"
cp "$package" "$tree/trial/emoviz.deb"
cp build_scripts/packaging/deb_trial.sh "$tree/trial/"
build/frozen/venv/bin/python -c "import soundfile
soundfile.write('$tree/trial/a song.mp3', *soundfile.read('resources/demo/demo.ogg'))"

# Mounts and processes of its own: whatever happens, nothing of it is left.
status=0
unshare --mount --pid --fork --kill-child sh -c '
    mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" sh /trial/deb_trial.sh
' "$tree" || status=$?
[ ! -f "$tree/trial/window.xwd" ] || cp "$tree/trial/window.xwd" "build/deb-window-$suite.xwd"
exit "$status"
