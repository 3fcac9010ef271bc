# Make root folders of Debian. tests/camera/run, tests/pi/run and tests/trixie/run source this file, as
# root.

[ "$(id -u)" = 0 ] || { echo 'this test makes root folders: run it as root' >&2; exit 2; }

# Install missing apt packages. Arguments: PROGRAM:PACKAGE.
need() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" > /dev/null || missing+=("${pair##*:}")
  done
  [ ${#missing[@]} = 0 ] || {
    apt-get update -q
    apt-get install -qy --no-install-recommends "${missing[@]}"
  }
}

# make_root FOLDER "SUITE ..." PACKAGES [mmdebstrap's options]: make a root folder from the mirror that
# this machine uses, with apt's network settings. The first suite is the system's.
make_root() {
  local folder=$PWD/$1 suites=$2 packages=$3 mirror suite
  shift 3
  mirror=$(. /etc/os-release && apt-get indextargets --format '$(RELEASE) $(REPO_URI)' \
    'Created-By: Packages' | awk -v release="$VERSION_CODENAME" '$1 == release { print $2; exit }')
  [ -n "$mirror" ] || {
    echo 'apt has no mirror for the release of this machine: its sources must name the codename' \
      'in /etc/os-release, and apt-get update must have run' >&2
    exit 2
  }
  mkdir -p "$folder"
  apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries)' > "$folder.apt" || true
  for suite in $suites; do
    echo "deb $mirror $suite main"
  done > "$folder.list"
  mmdebstrap --quiet --aptopt="$folder.apt" \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    --include="$packages" "$@" "${suites%% *}" "$folder" "$folder.list"
  # Let pip in the root folder reach PyPI in the same way as this machine.
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf ~/.config/pip/pip.conf ~/.pip/pip.conf \
      /etc/ssl/certs/ca-certificates.crt "${PIP_CERT:-}"; do
    [ ! -f "$file" ] || install -D -m 644 "$file" "$folder/$file"
  done
}
