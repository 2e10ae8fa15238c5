#!/usr/bin/env bash
# Builds the libtiff, libheif, libavif, libavcodec and libcurl that the wheel carries, from Debian's sources of the installed versions:
# libtiff without libjbig, which is under the GPL and which Pillow's lacks too; libheif without encoders, of which x265 is under the GPL;
# libavif with dav1d alone; libavcodec with its HEVC decoder alone, under the LGPL; libcurl without the thirty libraries for LDAP, Kerberos,
# RTMP and SSH that Debian's brings.
# And Debian's libjxl, which would need glibc 2.35 for hypot alone, as libavutil would.
# usage: tools/build_wheel_libraries.sh FOLDER [aarch64]      they are in FOLDER/lib then; a second run does nothing
set -euo pipefail

folder=$(mkdir -p "$1" && readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
architecture=$(dpkg --print-architecture)
oldest=GLIBC_2.2.5  # the first version of glibc's symbols on this architecture
cross=() cross_ffmpeg=()
if [[ ${2:-} == aarch64 ]]; then
  architecture=arm64 oldest=GLIBC_2.17 cross=("-DCMAKE_TOOLCHAIN_FILE=$here/../cmake/aarch64-linux.cmake")
  cross_ffmpeg=(--enable-cross-compile --arch=aarch64 --target-os=linux --cross-prefix=aarch64-linux-gnu-)
fi
version_of() { dpkg-query -W -f '${source:Version}' "$1:$architecture"; }
versions="libjxl=$(version_of libjxl0.7) tiff=$(version_of libtiff6) libheif=$(version_of libheif1) libavif=$(version_of libavif15) curl=$(version_of libcurl4)"
versions+=" ffmpeg=$(dpkg-query -W -f '${source:Version}' "libavcodec59:$(dpkg --print-architecture)")"  # this machine's, for any CPU
made_of="$versions $(sha256sum <"$here/build_wheel_libraries.sh")"
[[ $made_of == "$(cat "$folder/made_of" 2>/dev/null)" ]] && exit 0
rm -rf "${folder:?}"/*

# Debian's servers as this system knows them, asked for sources; nothing is written outside of FOLDER.
mkdir -p "$folder"/apt/{lists/partial,sources.d} "$folder"/{source,lib}
for file in /etc/apt/sources.list.d/*.sources; do
  [[ -f $file ]] && sed 's/^Types:.*/Types: deb-src/' "$file" >"$folder/apt/sources.d/${file##*/}"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [[ -f $file ]] && sed -n 's/^deb /deb-src /p' "$file" >>"$folder/apt/sources.list"
done
apt=(apt-get -qq -o "Dir::Etc::SourceList=$folder/apt/sources.list" -o "Dir::Etc::SourceParts=$folder/apt/sources.d"
  -o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache::srcpkgcache=" -o "Dir::Cache::pkgcache=" -o APT::Sandbox::User=root)
"${apt[@]}" update
cd "$folder/source"
# A server of Debian's may lack the tar file of a library. libavif's is also in the crate of its Rust bindings, whose hash is here.
avif_from_crate() {
  command -v cargo >/dev/null || { echo "Debian's server lacks libavif's sources. Install cargo, 1.68 or newer, then make again." >&2; exit 1; }
  printf '%s\n' '[package]' 'name = "fetch"' 'version = "0.0.0"' '[lib]' 'path = "Cargo.toml"' \
    '[dependencies]' 'libavif-sys = { version = "=0.14.1", default-features = false }' >Cargo.toml
  cargo vendor --quiet crates >/dev/null
  grep -q '"package":"a8ed7ab954ad8e287cb69d8aadfa577a494b478864aaf7d89efefdad8c6922d5"' crates/libavif-sys/.cargo-checksum.json
  mv crates/libavif-sys/libavif libavif-0.11.1
  tar -xJf libavif_*.debian.tar.xz -C libavif-0.11.1
  while read -r name; do patch -s -p1 -d libavif-0.11.1 <"libavif-0.11.1/debian/patches/$name"; done <libavif-0.11.1/debian/patches/series
}
for version in ${versions#* }; do
  "${apt[@]}" source "$version" || { [[ $version == libavif=0.11.1-* ]] && avif_from_crate; }
done

build() {
  local name=$1
  shift
  cmake -G Ninja -S "$(echo "$folder/source/$name"-*/)" -B "$folder/$name" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON "${cross[@]}" "$@" >/dev/null
  cmake --build "$folder/$name"
}

build tiff -Djbig=OFF -Dcxx=OFF -Dtiff-tools=OFF -Dtiff-tests=OFF -Dtiff-contrib=OFF -Dtiff-docs=OFF
build libheif -DWITH_LIBDE265=ON -DWITH_AOM_DECODER=OFF -DWITH_DAV1D=OFF -DWITH_X265=OFF -DWITH_AOM_ENCODER=OFF -DWITH_SvtEnc=OFF \
  -DWITH_RAV1E=OFF -DWITH_EXAMPLES=OFF -DENABLE_PLUGIN_LOADING=OFF
build libavif -DAVIF_CODEC_DAV1D=ON -DAVIF_ENABLE_GTEST=OFF
# The name that Debian gives to the versions of libcurl's symbols, and so coulis asks for.
echo 'CURL_OPENSSL_4 { global: curl_*; local: *; };' >"$folder/curl.map"
build curl -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DUSE_NGHTTP2=OFF \
  -DHAVE_POLL_FINE=1 -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DENABLE_MANUAL=OFF -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
  -DCURL_CA_PATH=none -DCMAKE_SHARED_LINKER_FLAGS="-Wl,--version-script=$folder/curl.map"

# Its headers and pkg-config files too: coulis is built with them.
mkdir "$folder/ffmpeg" && cd "$folder/ffmpeg"
"$(echo "$folder"/source/ffmpeg-*/configure)" --prefix="$folder" --enable-shared --disable-static --disable-everything --disable-autodetect \
  --disable-programs --disable-doc --disable-network --disable-avdevice --disable-avformat --disable-avfilter --disable-swresample \
  --disable-swscale --enable-decoder=hevc "${cross_ffmpeg[@]}" >/dev/null
make -s -j "$(nproc)" install >/dev/null
python3 "$here/use_older_version.py" "$(readlink -f "$folder/lib/libavutil.so")" GLIBC_2.35 "$oldest"

jxl=$(dpkg -L "libjxl0.7:$architecture" | grep '/libjxl\.so\.0\.7$')
cp -a "$jxl" "$(readlink -f "$jxl")" "$folder/lib/"
python3 "$here/use_older_version.py" "$folder/lib/$(basename "$(readlink -f "$jxl")")" GLIBC_2.35 "$oldest"

cp -a "$folder"/tiff/libtiff/libtiff.so* "$folder"/libheif/libheif/libheif.so* "$folder"/libavif/libavif.so* "$folder"/curl/lib/libcurl.so* "$folder/lib/"
echo "$made_of" >"$folder/made_of"
