#!/usr/bin/env bash
# The Debian package and what it installs, without installing it: contents and modes, a unit that systemd finds no fault
# with, programs that were built hardened. tests/debian_package.sh installs it for real.
set -euo pipefail
cd "$(dirname "$0")/../.."
words=("$@")
slipway=$(realpath "${SLIPWAY_BIN:-build/release/slipway}")
awssim=$(realpath "${AWSSIM_BIN:-build/release/awssim}")
work=$(mktemp -d "${TMPDIR:-/tmp}/slipway-package-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/programs"
ln -s "$slipway" "$work/programs/slipway"
ln -s "$awssim" "$work/programs/awssim"

passed=0 failed=0
# verdict NAME COMMAND…; only those whose name has all the words of the command line.
verdict() {
  local name=$1 word
  shift
  for word in "${words[@]}"; do [[ $name == *"$word"* ]] || return 0; done
  if "$@" >"$work/said" 2>&1; then
    ((++passed))
    echo "ok      $name"
  else
    ((++failed))
    echo "FAILED  $name"
    sed 's/^/        /' "$work/said"
  fi
}

package=$(packaging/build_deb.sh "$work/programs" "$work/one")
dpkg-deb --raw-extract "$package" "$work/root"

same_again() { cmp "$package" "$(packaging/build_deb.sh "$work/programs" "$work/two")"; }
verdict "the same programs make the same package" same_again

# MODE OWNER PATH of everything but documents, and that nothing else is there.
contents() {
  dpkg-deb --contents "$package" | awk '$6 !~ /^\.\/usr\/share\/doc\/slipway\/.+\.(md|json)$/ { print $1, $2, $6 }' >"$work/contents"
  diff tests/package/contents.txt "$work/contents"
}
verdict "the package holds what it should, with the modes that it should" contents

control() {
  local field
  for field in Package Version Architecture Maintainer Installed-Size Depends Section Description; do
    dpkg-deb --field "$package" "$field" | grep -q . || { echo "no $field"; return 1; }
  done
  dpkg-deb --field "$package" Depends | grep -q 'libc6 .*libsqlite3-0 .*adduser, ca-certificates' ||
    { dpkg-deb --field "$package" Depends; return 1; }
  [[ $(cat "$work/root/DEBIAN/conffiles") == /etc/slipway/slipway.env ]]
  (cd "$work/root" && md5sum --quiet -c DEBIAN/md5sums)
}
verdict "its control file is complete and its sums are right" control

# Links between pages; what they say of the sources leads nowhere here.
links() (
  local page link
  cd "$work/root/usr/share/doc/slipway"
  find . -name '*.md' | while read -r page; do
    grep -oE '\]\([A-Za-z./_-]+\.(md|json)[#)]' "$page" | sed -E 's/^\]\((.*)[#)]$/\1/' | while read -r link; do
      [[ -e $(dirname "$page")/$link ]] || echo "$page: $link"
    done
  done >"$work/broken"
  cat "$work/broken"
  [[ ! -s $work/broken ]]
)
verdict "the links between its pages lead somewhere" links

scripts() {
  local script
  for script in postinst prerm postrm; do
    sh -n "$work/root/DEBIAN/$script"
    head -3 "$work/root/DEBIAN/$script" | grep -q '^set -e$' || grep -q '^set -e$' "$work/root/DEBIAN/$script"
  done
}
verdict "its scripts are good shell, and stop at a failure" scripts

# With the program where it is now, since nothing is installed.
unit=$work/unit/slipway.service
mkdir "$work/unit"
sed "s,^ExecStart=/usr/bin/slipway,ExecStart=$slipway," packaging/slipway.service >"$unit"
verify() {
  systemd-analyze verify --man=no "$unit"
  [[ ! -s $work/said ]]
}
verdict "systemd-analyze verify finds no fault with the unit" verify
verdict "systemd-analyze security rates the unit's exposure at 2.0 or less" \
  systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit"

stop_times() {
  local grace patience=10 timeout
  grace=$("$slipway" server --help | sed -nE 's/.*--shutdown-seconds [^=]*=([0-9]+).*/\1/p')
  timeout=$(sed -n 's/^TimeoutStopSec=//p' packaging/slipway.service)
  echo "the server takes up to $grace + $patience s, systemd waits $timeout s"
  ((grace + patience < timeout))
}
verdict "systemd waits longer for a stop than the server takes" stop_times

settings() {
  local name
  while read -r name; do
    "$slipway" server --help | grep -q "Env:$name\b" || { echo "no option reads $name"; return 1; }
  done < <(grep -ohE 'SLIPWAY_[A-Z_]+=' packaging/slipway.env packaging/slipway.service | tr -d = | sort -u)
}
verdict "every setting that the package names is one of the server's" settings

# What tests for the hardening of a program.
hardened() {
  local program=$1
  case $2 in
    pie) readelf -hW "$program" | grep 'DYN (Position-Independent' ;;
    relro) readelf -lW "$program" | grep GNU_RELRO ;;
    now) readelf -dW "$program" | grep 'FLAGS_1.*NOW' ;;
    stack) readelf -lW "$program" | grep -E 'GNU_STACK .* RW ' ;;
    protector) readelf --dyn-syms -W "$program" | grep __stack_chk_fail ;;
    fortify) readelf --dyn-syms -W "$program" | grep -E '__(memcpy|memmove|memset|read|vsnprintf|snprintf|fprintf|realpath|poll|recv|pread)[a-z0-9]*_chk' ;;
    assertions) readelf --dyn-syms -W "$program" | grep _ZSt21__glibcxx_assert_fail ;;
    branches) if [[ $(uname -m) == x86_64 ]]; then objdump -d --section=.text "$program" | grep endbr64; fi ;;
  esac
}
for program in "$slipway" "$awssim"; do
  for guard in pie relro now stack protector fortify assertions branches; do
    verdict "$(basename "$program") has $guard" hardened "$program" "$guard"
  done
done

echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
