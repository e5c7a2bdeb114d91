#!/bin/sh
# Gathers freely licensed game music of Debian's packages in a folder, for `emoviz train --music`:
#
#     sh build_scripts/data/game_music.sh FOLDER
#
# model/cae was taught on what these packages of Debian 12 hold, but for three songs (hr-savino-*).
set -eu

packages="wesnoth-1.16-music singularity-music hyperrogue-music warzone2100-music"
folder=$1

sh "$(dirname "$0")/../system_packages.sh" $packages
mkdir -p "$folder"
for package in $packages; do
    dpkg -L "$package" | grep -E '\.(ogg|opus|mp3|flac|wav)$' | while read -r song; do
        ln -sf "$song" "$folder/$package-$(basename "$song")"
    done
done
