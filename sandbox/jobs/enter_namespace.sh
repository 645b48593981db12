#!/bin/sh
# Puts one job's ml directory at /opt/ml, inside a mount namespace that was just made, then becomes the job.
# usage: enter_namespace.sh <directory that holds ml/> <command> [argument ...]
set -eu
job=$1
shift
if [ -d /opt/ml ]; then
    mount --bind "$job/ml" /opt/ml
else
    # nothing may be created in the host's /opt, so a copy of its entries plus ml/ takes its place.
    mkdir -p "$job/opt/ml"
    for entry in /opt/* /opt/.[!.]*; do
        name=${entry#/opt/}
        if [ -L "$entry" ]; then
            cp -P "$entry" "$job/opt/$name"
        elif [ -d "$entry" ]; then
            mkdir -p "$job/opt/$name"
            mount --rbind "$entry" "$job/opt/$name"
        elif [ -e "$entry" ]; then
            : >"$job/opt/$name"
            mount --bind "$entry" "$job/opt/$name"
        fi
    done
    mount --bind "$job/ml" "$job/opt/ml"
    mkdir -p /opt 2>/dev/null || true
    mount --rbind "$job/opt" /opt
fi
exec "$@"
