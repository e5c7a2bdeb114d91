#!/bin/sh
# What check_deb.sh does inside the fresh Debian: install, use as a listener, remove, look for leftovers.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
cd /trial

say() { echo "  $*"; }
fail() {
    echo "  FAILED: $*" >&2
    exit 1
}
as_listener() { (cd /home/listener && exec setpriv --reuid=listener --regid=listener --clear-groups \
    env HOME=/home/listener DISPLAY=:7 PATH=/usr/bin:/bin "$@"); }
# Everything but what apt and dpkg keep for themselves.
all_files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /trial -o -path /home \
        -o -path /run -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \
        \) -prune -o -print | sort
}

# What any desktop has, and what looks at the screen.
apt-get update -qq
apt-get install -y -qq --no-install-recommends appstream desktop-file-utils file hicolor-icon-theme man-db \
    shared-mime-info x11-apps x11-utils xdg-utils xvfb >desktop.log 2>&1 || {
    tail -n 20 desktop.log >&2
    fail "the desktop itself does not install"
}
useradd --create-home listener
cp "a song.mp3" /home/listener/
chown listener: "/home/listener/a song.mp3"
all_files >before

# Only what it depends on: that must be enough.
apt-get install -y -qq --no-install-recommends ./emoviz.deb >install.log 2>&1 || {
    tail -n 20 install.log >&2
    fail "it does not install"
}
dpkg --verify emoviz
say "installed $(dpkg-query -W -f '${Version}, ${Installed-Size} KiB' emoviz)"

desktop-file-validate /usr/share/applications/emoviz.desktop
appstreamcli validate --no-net /usr/share/metainfo/*emoviz*.xml >metainfo.log 2>&1 || true
grep -q Validation metainfo.log || fail "$(cat metainfo.log)"
# The project has no home page, which newer versions miss and older ones do not know of.
! grep -E '^[EW]:' metainfo.log | grep -v url-homepage-missing || fail "$(cat metainfo.log)"
complaints=$(man --warnings -l /usr/share/man/man1/emoviz.1.gz 2>&1 >/dev/null)
[ -z "$complaints" ] || fail "the manual page: $complaints"
man -w emoviz >/dev/null
say "desktop entry, metadata and manual page are valid"

as_listener emoviz --version | grep -q '^emoviz [0-9]' || fail "emoviz --version"
# PortAudio came along: it looks for devices, of which there are none here.
as_listener emoviz devices | grep -q 'There is no sound device' || fail "emoviz devices"
as_listener emoviz analyze "a song.mp3" -o track.csv >analyze.log 2>&1 || fail "$(cat analyze.log)"
values=$(wc -l </home/listener/track.csv)
[ "$values" -gt 20 ] || fail "a track of $values lines"
say "tracked a song without a window: $values lines"

Xvfb :7 -screen 0 1280x800x24 -nolisten tcp >/dev/null 2>&1 &
screen=$!
default=$(as_listener xdg-mime query default audio/mpeg)
[ "$default" = emoviz.desktop ] || fail "an mp3 is opened by '$default'"
as_listener xdg-open "/home/listener/a song.mp3" >open.log 2>&1 &
waited=0
until as_listener emoviz library list 2>/dev/null | grep -q "a song"; do
    [ "$waited" -lt 60 ] || fail "the song does not get into the library: $(cat open.log)"
    waited=$((waited + 1))
    sleep 1
done
as_listener xwininfo -root -tree | grep -q '"a song - emoviz": ("emoviz" "emoviz")' ||
    fail "no window shows the song: $(as_listener xwininfo -root -tree)"
as_listener xwd -silent -root -out /home/listener/window.xwd
mv /home/listener/window.xwd .
say "xdg-open opened the song in the window, and it was tracked there"

pid=$(pidof emoviz | tr ' ' '\n' | sort -n | head -n 1)
kill -INT "$pid"
waited=0
while [ -d "/proc/$pid" ]; do
    [ "$waited" -lt 20 ] || fail "the window does not close"
    waited=$((waited + 1))
    sleep 1
done
! pidof emoviz >/dev/null || fail "processes are left behind"
! grep -E 'ERROR|Traceback' /home/listener/.local/state/emoviz/log/emoviz.log || fail "errors in the log"
kill "$screen"
say "closed, with nothing running and no error in the log"

apt-get purge -y -qq --autoremove emoviz >remove.log 2>&1 || fail "$(tail -n 20 remove.log)"
all_files >after
left=$(diff before after) || fail "left behind: $left"
! grep -rlsi emoviz /usr/share/applications /usr/share/mime /usr/share/icons || fail "a cache remembers it"
say "removed, with nothing left"
