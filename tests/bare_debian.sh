#!/usr/bin/env bash
# Are the README's two commands enough? Runs `./dev demo` and `./dev test` on a clone of HEAD in a Debian 12 root that has
# git, a shell, and nothing else. Needs root, debootstrap and half an hour, so CI does not run it.
#
#   tests/bare_debian.sh [COMMAND…]     default: demo test
set -euo pipefail
source_dir=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
commands=("$@")
if (($# == 0)); then commands=(demo test); fi

work=$(mktemp -d /var/tmp/slipway-bare-XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT  # debootstrap mounts /proc inside
root=$work/root
debootstrap --variant=minbase --include=git bookworm "$root" >"$work/debootstrap.log" || {
  tail "$work/debootstrap.log"
  exit 1
}
git clone --quiet --no-hardlinks "$source_dir" "$root/root/slipway"
cp /etc/resolv.conf "$root/etc/resolv.conf"

# No service manager runs here, and packages must not start services on the machine outside.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

# Certificate authorities of this machine's own, and what tells clients about them.
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;
environment=(HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in PIP_CERT NODE_EXTRA_CA_CERTS SSL_CERT_FILE; do
  if [[ -n ${!name:-} ]]; then environment+=("$name=${!name}"); fi
done

# In namespaces of its own: its mounts and every process that it leaves end with it.
inside() {
  unshare --mount --pid --fork --kill-child bash -c '
    root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"
  ' bash "$root" env -i "${environment[@]}" bash -c "cd /root/slipway && $1" </dev/null
}

for command in "${commands[@]}"; do
  echo "== ./dev $command"
  began=$SECONDS
  inside "./dev $command"
  echo "== ./dev $command took $((SECONDS - began)) s"
done
