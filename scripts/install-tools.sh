#!/usr/bin/env bash
# Installs the Debian packages whose programs serve as oracles in tests. Does nothing where all are there, and says so where
# they cannot be installed: then the tests that need them are skipped (with CI set they fail).
set -uo pipefail

# program:package, or file:package
wanted=(
  tar:tar bsdtar:libarchive-tools zip:zip unzip:unzip gzip:gzip zstd:zstd xz:xz-utils bzip2:bzip2
  readelf:binutils strip:binutils ar:binutils nm:binutils objcopy:binutils patchelf:patchelf gcc:gcc python3:python3 dpkg-deb:dpkg du:coreutils find:findutils
  hardlink:util-linux hppa-linux-gnu-strip:binutils-hppa-linux-gnu
  git:git make:make bash:bash umoci:umoci skopeo:skopeo buildah:buildah
)
# Other processors: their strip, their C library and their compiler's runtime.
while read -r triplet strip name; do
  wanted+=("$strip:binutils-$(tr _ - <<<"${strip%-strip}")" "/usr/$triplet/lib/libc.a:libc6-dev-$name-cross"
    "/usr/lib/gcc-cross/$triplet/12/libgcc.a:libgcc-12-dev-$name-cross")
done <<'END'
i686-linux-gnu x86_64-linux-gnu-strip i386
aarch64-linux-gnu aarch64-linux-gnu-strip arm64
arm-linux-gnueabihf arm-linux-gnueabihf-strip armhf
powerpc64le-linux-gnu powerpc64le-linux-gnu-strip ppc64el
s390x-linux-gnu s390x-linux-gnu-strip s390x
riscv64-linux-gnu riscv64-linux-gnu-strip riscv64
END
packages=()
for pair in "${wanted[@]}"; do
  [ -e "${pair%%:*}" ] || command -v "${pair%%:*}" >/dev/null 2>&1 || packages+=("${pair##*:}")
done
if [ ${#packages[@]} -eq 0 ]; then
  echo "all programs that tests compare with are installed"
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "not Debian: install ${packages[*]} to run the tests that compare with them"
  exit 0
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
echo "installing ${packages[*]}"
"${as_root[@]}" apt-get update -qq &&
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" ||
  echo "could not install ${packages[*]}"
