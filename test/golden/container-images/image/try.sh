#!/bin/sh
# Runs the image $IMAGE as Lambda would, by the emulator that every base image has, and wants the right answer of it.
set -eu

docker run --detach --rm --name tried --publish 9000:8080 "$IMAGE"
trap 'docker stop tried' EXIT

answer=$(curl --silent --show-error --retry 10 --retry-delay 1 --retry-all-errors \
  --data '{ "name": "image" }' http://localhost:9000/2015-03-31/functions/function/invocations)
if [ "$answer" != '{"greeting":"Hello, image!"}' ]; then
  echo "the image answers $answer" >&2
  exit 1
fi
