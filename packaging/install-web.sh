#!/bin/sh
# Run by `meson install`: copies the built web application beside the program's data.
set -eu
from=$MESON_SOURCE_ROOT/web/dist
to=$MESON_INSTALL_DESTDIR_PREFIX/$1/tandem/web
if [ ! -f "$from/index.html" ]; then
    echo "web/dist is not built; installing without the web application" >&2
    exit 0
fi
rm -rf "$to"
mkdir -p "$to"
cp -R "$from/." "$to/"
