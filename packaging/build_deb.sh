#!/usr/bin/env bash
# Makes the Debian package of a build: packaging/build_deb.sh BUILD_FOLDER OUTPUT_FOLDER. Prints the package's path. The
# same sources and programs make the same bytes.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/.." && pwd)
programs=$(realpath "$1")
output=$(mkdir -p "$2" && realpath "$2")
packaging=$source_dir/packaging
umask 022

version=$("$programs/slipway" --version)
architecture=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source_dir" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d "${TMPDIR:-/tmp}/slipway-deb-XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/slipway

install -D -m 0755 "$programs/slipway" "$root/usr/bin/slipway"
install -D -m 0755 "$programs/awssim" "$root/usr/bin/awssim"
strip --strip-all "$root/usr/bin/slipway" "$root/usr/bin/awssim"
install -D -m 0644 "$packaging/slipway.service" "$root/lib/systemd/system/slipway.service"
install -D -m 0600 "$packaging/slipway.env" "$root/etc/slipway/slipway.env"
install -d "$doc/examples" "$doc/docs"  # as they lie in the sources, so that their links hold
install -m 0644 "$source_dir/README.md" "$source_dir/CONTRIBUTING.md" "$doc/"
install -m 0644 "$source_dir"/docs/*.md "$source_dir/docs/client-role.json" "$doc/docs/"
install -m 0644 "$packaging/debian/copyright" "$doc/copyright"
install -m 0644 "$source_dir/sim/scenarios/demo.json" "$doc/examples/"
for extra in SECURITY.md CHANGELOG.md; do
  if [[ -e $source_dir/$extra ]]; then install -m 0644 "$source_dir/$extra" "$doc/"; fi
done

# What the programs link to, by package and least version.
mkdir -p "$work/debian"
printf 'Source: slipway\n\nPackage: slipway\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "$root/usr/bin/slipway" "$root/usr/bin/awssim" 2>/dev/null |
  sed -n 's/^shlibs:Depends=//p')

install -d "$root/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@DEPENDS@/$depends/" \
  -e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" "$packaging/debian/control.in" >"$root/DEBIAN/control"
install -m 0644 "$packaging/debian/conffiles" "$root/DEBIAN/conffiles"
install -m 0755 "$packaging/debian/postinst" "$packaging/debian/prerm" "$packaging/debian/postrm" "$root/DEBIAN/"
(cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | LC_ALL=C sort -z |
  xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod 0644 "$root/DEBIAN/control" "$root/DEBIAN/md5sums"

find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
package=$output/slipway_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
