#!/usr/bin/env bash
# From an installed package to a first deployment: builds the package, installs it in a Debian 12 root that has nothing
# else, and does there what docs/operations.md and docs/first-deployment.md say. Needs root, debootstrap and network, so
# CI does not run it; the suite `package` looks at the same package without installing it.
#
#   tests/debian_package.sh [PACKAGE]     default: what ./dev package makes
set -euo pipefail
source_dir=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
cd "$source_dir"
package=${1:-}
if [[ -z $package ]]; then package=$(./dev package | tail -n 1); fi

work=$(mktemp -d /var/tmp/slipway-package-XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT  # debootstrap mounts /proc inside
root=$work/root
debootstrap --variant=minbase bookworm "$root" >"$work/debootstrap.log" || {
  tail "$work/debootstrap.log"
  exit 1
}
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$package" "$root/root/slipway.deb"
dpkg-deb --raw-extract "$package" "$work/newer"
sed -i 's/^\(Version: .*\)/\1+1/' "$work/newer/DEBIAN/control"
dpkg-deb --root-owner-group --build "$work/newer" "$root/root/newer.deb" >/dev/null

# No service manager runs here, and packages must not start services on the machine outside.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

# Certificate authorities of this machine's own.
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$root/usr/local/share/ca-certificates/" \;
mkdir -p "$root/etc/apt/apt.conf.d"
if [[ -d /etc/apt/apt.conf.d ]]; then find /etc/apt/apt.conf.d -name '*proxy*' -exec cp {} "$root/etc/apt/apt.conf.d/" \;; fi
environment=(HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)

# In namespaces of its own: its mounts and every process that it leaves end with it.
inside() {
  unshare --mount --pid --fork --kill-child bash -c '
    root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && exec chroot "$root" "$@"
  ' bash "$root" env -i "${environment[@]}" bash -c "set -euo pipefail; $1" </dev/null
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
server_port=$(free_port) cloud_port=$(free_port)

# What the page's reader types, with the installed programs, and the server as the unit starts it.
{
  cat <<'HEAD'
cd /tmp
set -e
server= awssim=
trap 'kill $server $awssim 2>/dev/null' EXIT
unit() { sed -n "s/^$1=//p" /lib/systemd/system/slipway.service; }
as_the_unit_does() {  # ADDITIONAL_SETTING…; its user, its environment, its command
  (set -a; eval "$(unit Environment)"; . /etc/slipway/slipway.env
   exec setpriv --reuid="$(unit User)" --regid="$(unit Group)" --clear-groups --inh-caps=-all --no-new-privs \
     env "$@" $(unit ExecStart))
}
HEAD
  sed -n '/^```sh$/,/^```$/{/^```/d;p}' docs/first-deployment.md |
    sed -e '/^\.\/dev build$/d' -e 's,build/first-deployment,/tmp/first,g' \
      -e 's,build/release/awssim,awssim,' -e 's,sim/scenarios/demo.json,/usr/share/doc/slipway/examples/demo.json,' \
      -e 's,^export SLIPWAY_ADMIN_API_KEY=.*,SLIPWAY_ADMIN_API_KEY=$(cat /etc/slipway/admin-api-key),' \
      -e "s,^AWS_ENDPOINT_URL=,as_the_unit_does SLIPWAY_LISTEN=127.0.0.1:$server_port AWS_ENDPOINT_URL=," \
      -e 's,^  build/release/slipway server --data .* --listen 127.0.0.1:8080 \\$,  \\,' \
      -e "s,127.0.0.1:8080,127.0.0.1:$server_port,g" -e "s,127.0.0.1:4600,127.0.0.1:$cloud_port,g"
} >"$root/root/first-deployment.sh"

failed=0 passed=0
step() {
  local name=$1
  shift
  if "$@" >"$work/said" 2>&1; then
    ((++passed))
    echo "ok      $name"
  else
    ((++failed))
    echo "FAILED  $name"
    tail -n 40 "$work/said" | sed 's/^/        /'
  fi
}

step "it installs" inside 'export DEBIAN_FRONTEND=noninteractive; apt-get update; apt-get install -y --no-install-recommends /root/slipway.deb curl systemd sqlite3'
step "its user and its files are as they should be" inside '
  id slipway
  [ "$(stat -c "%U %G %a" /var/lib/slipway)" = "slipway slipway 700" ]
  [ "$(stat -c "%U %G %a" /etc/slipway)" = "root slipway 750" ]
  [ "$(stat -c "%U %G %a" /etc/slipway/admin-api-key)" = "root slipway 640" ]
  [ "$(stat -c "%U %G %a" /etc/slipway/slipway.env)" = "root root 600" ]
  grep -qE "^API-[0-9A-F]{32}$" /etc/slipway/admin-api-key
  [ -e /etc/systemd/system/multi-user.target.wants/slipway.service ]'
step "systemd finds no fault with its unit" inside '
  said=$(systemd-analyze verify --man=no /lib/systemd/system/slipway.service 2>&1); echo "$said"; [ -z "$said" ]'
step "its unit's exposure is 2.0 or less" inside '
  systemd-analyze security --offline=yes --threshold=20 --no-pager /lib/systemd/system/slipway.service'
step "the first deployment succeeds as its page says" inside 'timeout 300 bash /root/first-deployment.sh'
step "a backup, a check and a restore work as the server's user" inside '
  as() { setpriv --reuid=slipway --regid=slipway --clear-groups "$@"; }
  install -d -o slipway -g slipway -m 0700 /var/backups/slipway
  as slipway check --data /var/lib/slipway
  as slipway backup /var/backups/slipway --data /var/lib/slipway
  as sh -c "cd /var/lib/slipway && mkdir -m 0700 old && mv slipway.db* old/"
  as slipway restore /var/backups/slipway/slipway-*.db --data /var/lib/slipway
  as slipway check --data /var/lib/slipway'
step "an upgrade keeps the data and the settings" inside '
  echo "# mine" >>/etc/slipway/slipway.env
  sum=$(cksum </etc/slipway/admin-api-key)
  export DEBIAN_FRONTEND=noninteractive
  dpkg -i /root/newer.deb
  [ "$(dpkg-query -W -f "\${Version}" slipway)" = "$(dpkg-deb -f /root/newer.deb Version)" ]
  grep -q "# mine" /etc/slipway/slipway.env
  [ "$sum" = "$(cksum </etc/slipway/admin-api-key)" ]
  [ -e /var/lib/slipway/slipway.db ] && [ -e /var/lib/slipway/master.key ]'
step "a removal keeps the data" inside '
  dpkg -r slipway
  [ ! -e /usr/bin/slipway ] && [ -e /var/lib/slipway/slipway.db ] && [ -e /etc/slipway/slipway.env ]'
step "a purge removes all" inside '
  dpkg -P slipway
  [ ! -e /var/lib/slipway ] && [ ! -e /etc/slipway ]'

echo "$passed passed, $failed failed"
((failed == 0))
