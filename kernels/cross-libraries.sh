#!/bin/sh
# kernels/cross-libraries.sh ARCHITECTURE TRIPLE FOLDER: what fogsim-calibrate and its tests link for another
# architecture, static, unpacked below FOLDER. Debian's packages, fetched and checked by apt through a list of
# its own: nothing is installed, so the host's libraries stay (libgsl-dev of two architectures exclude each
# other) and no root is needed. Debian has no static cJSON: it is compiled from its source package.
set -eu
arch=$1 triple=$2 folder=$3
release=${RELEASE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")}
mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Component: main' "Codename: $release" 2>/dev/null | head -n 1)}
mirror=${mirror:-http://deb.debian.org/debian}
fail() { echo "$*; want network, $mirror and its release $release (set MIRROR and RELEASE)" >&2; exit 1; }

rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial" "$folder/usr/include/cjson" "$folder/usr/lib/$triple"
cd "$folder"
key=signed-by=/usr/share/keyrings/debian-archive-keyring.gpg
printf 'deb [arch=%s %s] %s %s main\ndeb-src [%s] %s %s main\n' \
    "$arch" "$key" "$mirror" "$release" "$key" "$mirror" "$release" >apt/sources.list
apt() {
    apt-get -qq -o Dir::Etc::SourceList="$PWD/apt/sources.list" -o Dir::Etc::SourceParts=- -o APT::Sandbox::User= \
        -o Dir::State::Lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt" -o APT::Architectures::="$arch" "$@"
}
apt update || fail "cannot read the list of $arch packages"
for package in libgsl-dev libsodium-dev check libsubunit-dev; do
    apt download "$package:$arch" || fail "cannot fetch $package:$arch"
    dpkg-deb -x "$package"_*.deb .
done
apt source cjson >apt/log 2>&1 || { cat apt/log >&2; fail "cannot fetch the source of cjson"; }
cp cjson-*/cJSON.h usr/include/cjson
"$triple-gcc" -O2 -c cjson-*/cJSON.c -o cJSON.o
"$triple-ar" rcs "usr/lib/$triple/libcjson.a" cJSON.o
rm -rf apt cjson* cJSON.o ./*.deb usr/share
