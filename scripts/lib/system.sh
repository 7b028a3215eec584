# shellcheck shell=bash
# What the operating system must bring: Node, and the packages behind the native parts.

readonly NODE_WANTED='20.19 or later (20, 22 and 24 are tested)'

check_node() {
  command -v node >/dev/null || die "Node $NODE_WANTED is needed, but there is no node on the PATH"
  command -v npm >/dev/null || die 'npm is needed, but there is none on the PATH; it comes with Node'
  local version major minor
  version=$(node -p process.versions.node)
  IFS=. read -r major minor _ <<<"$version"
  if ((major < 20 || (major == 20 && minor < 19))); then
    die "Node $NODE_WANTED is needed, but $(command -v node) is $version"
  fi
  note "Node $version, $(uname -m)"
}

# One line per need: package on Debian | what it is for | command that succeeds once it is there.
system_needs() {
  if [[ $1 == test || ($1 == demo && -z ${REDIS_URL:-} && -z ${REDIS_HOSTNAME:-}) ]]; then
    echo 'redis-server|a Redis of its own for demo and tests|command -v redis-server'
  fi
  if [[ $1 == test ]]; then
    echo 'chromium|the browser that the tests of the pages look with|has_chromium'
  fi
  echo 'g++|compiles the native parts|command -v g++'
  echo 'make|compiles the native parts|command -v make'
  echo "python3|node-gyp, and pip for TensorFlow's library|has_python"
  echo "python3-venv|keeps pip's files inside .cache|has_python venv ensurepip"
  [[ $1 == worker ]] && return
  echo 'pkg-config|finds the libraries of canvas|command -v pkg-config'
  echo 'libcairo2-dev|canvas|pkg-config --exists cairo'
  echo 'libpango1.0-dev|canvas|pkg-config --exists pangocairo'
  echo 'libjpeg-dev|canvas|pkg-config --exists libjpeg'
  echo 'libgif-dev|canvas|has_header gif_lib.h'
  echo 'librsvg2-dev|canvas|pkg-config --exists librsvg-2.0'
}

# python3 3.9 or later that has all the modules named.
has_python() {
  python3 - "$@" <<'PYTHON'
import importlib, sys
assert sys.version_info >= (3, 9)
for name in sys.argv[1:]:
    importlib.import_module(name)
PYTHON
}

# The browser that CHROMIUM names, or one of these on the PATH.
has_chromium() {
  [[ -n ${CHROMIUM:-} ]] || command -v chromium || command -v chromium-browser ||
    command -v google-chrome-stable || command -v google-chrome
}

has_header() {
  g++ -E -include "$1" -x c++ /dev/null
}

missing_packages() {
  local package use check
  while IFS='|' read -r package use check; do
    $check >/dev/null 2>&1 </dev/null || printf '%s|%s\n' "$package" "$use"
  done < <(system_needs "$1")
}

check_system_packages() {
  local missing packages package use
  missing=$(missing_packages "$1")
  if [[ -z $missing ]]; then
    note 'all there'
    return
  fi
  packages=$(cut -d'|' -f1 <<<"$missing" | paste -sd' ')
  note 'missing:'
  while IFS='|' read -r package use; do note "  $package ($use)"; done <<<"$missing"

  if ! command -v apt-get >/dev/null; then
    die "this is not Debian or Ubuntu; install what these Debian packages contain, then run this again: $packages"
  fi
  if [[ $(id -u) != 0 ]]; then
    die "not root, so nothing was installed; run this, then run this script again: sudo apt-get update && sudo apt-get install -y --no-install-recommends $packages"
  fi
  note "installing as root: apt-get install -y --no-install-recommends $packages"
  install_packages "$packages"
  missing=$(missing_packages "$1" | cut -d'|' -f1 | paste -sd' ')
  [[ -z $missing ]] || die "apt-get installed the packages, but these are still not usable: $missing (another python3 or g++ first on the PATH?)"
}

install_packages() {
  local log=.cache/logs/apt.log
  mkdir -p .cache/logs
  forbid_service_start
  # Word splitting is wanted: one argument per package.
  # shellcheck disable=SC2086
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $1; } >"$log" 2>&1 </dev/null; then
    tail -n 15 "$log" >&2
    die "apt-get failed (whole output: $log)"
  fi
  allow_service_start
}

# Debian starts a service as it installs it; demo and tests run a Redis of their own instead.
forbid_service_start() {
  [[ -e /usr/sbin/policy-rc.d ]] && return
  trap allow_service_start EXIT
  policy_written=yes
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
}

allow_service_start() {
  [[ ${policy_written:-} == yes ]] && rm -f /usr/sbin/policy-rc.d
  policy_written=no
}
