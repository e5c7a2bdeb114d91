#!/bin/sh
# Makes resources/probes/speech.ogg, which model cards tell the values of: a voice that reads.
set -eu
cd "$(dirname "$0")/../.."
wave=$(mktemp --suffix=.wav)
espeak-ng -v en -s 150 -w "$wave" "This is a voice that reads a text and means nothing by it. \
A model that was made for music hears it as if it were music, and gives it a place on the plane all \
the same. The place says nothing about what the words mean, nor about the mood of whoever speaks. \
The weather will be fair in the morning, with some clouds in the afternoon and rain towards night. \
The train from platform four leaves at a quarter past nine and stops at every station on the way."
ffmpeg -loglevel error -y -i "$wave" -ac 1 -ar 22050 -c:a libvorbis -q:a 2 -t 20 resources/probes/speech.ogg
rm "$wave"
