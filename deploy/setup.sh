#!/usr/bin/env bash
# Installs what is missing: the service's environment (.venv), Rasa's own (.venv-rasa) and, with "dev", the tests' browser.
# Does nothing when all is there. Every failure is one plain sentence.
set -u
cd "$(dirname "$0")/.."
mode=${1:-run}
data=${DATA_DIR:-var}

say() { printf '%s\n' "$*" >&2; }
stop() { say "Voxtrail cannot be installed: $*"; exit 1; }

mkdir -p "$data/logs" 2>/dev/null && [ -w "$data/logs" ] || stop "DATA_DIR $data cannot be written: set DATA_DIR to a folder of your own."
log=$data/logs/setup.log

# A step with a moving sign of life: its name, the seconds so far; its output goes to the log.
step() {
  local name=$1 started=$SECONDS
  shift
  "$@" >>"$log" 2>&1 &
  local pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    [ -t 2 ] && printf '\r  %s … %ds' "$name" $((SECONDS - started)) >&2
    sleep 1
  done
  trap - INT TERM
  wait "$pid" || { [ -t 2 ] && printf '\n' >&2; return 1; }
  [ -t 2 ] && printf '\r' >&2
  printf '  %s: %ds        \n' "$name" $((SECONDS - started)) >&2
}

why() { # what a failed pip most likely met
  if grep -qiE 'no space left' "$log"; then echo "the disk is full: free 4 GB"
  elif grep -qiE 'HASHES|hash' <(tail -n 30 "$log"); then echo "a downloaded package is not the one that was locked; see $log"
  elif grep -qiE 'resolution|connection|timed out|network|retrying' <(tail -n 40 "$log"); then echo "the package registry does not answer: check the network"
  else echo "see the end of $log"; fi
}

python_of() { # the first Python of these versions that can make environments
  local version
  for version in "$@"; do
    for python in "python$version" "/usr/bin/python$version"; do
      command -v "$python" >/dev/null 2>&1 || continue
      "$python" -c "import sys, venv, ensurepip; sys.exit('.'.join(map(str, sys.version_info[:2])) != '$version')" 2>/dev/null && { echo "$python"; return; }
    done
  done
  python3 -c "import sys, venv, ensurepip; sys.exit('.'.join(map(str, sys.version_info[:2])) not in '$*'.split())" 2>/dev/null && echo python3
}

room() { # megabytes free where we stand
  df -Pm . | awk 'NR==2 {print $4}'
}

stamp() { cat "$@" 2>/dev/null | cksum | tr -d ' '; }

service=$(stamp pyproject.toml deploy/constraints.txt)$mode
service_any=$(stamp pyproject.toml deploy/constraints.txt)
have=$(cat .venv/.installed 2>/dev/null || true)
if [ "$have" != "${service_any}dev" ] && [ "$have" != "$service" ]; then
  python=$(python_of 3.11 3.12 3.13)
  [ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 with venv is needed (Debian: apt install python3 python3-venv)."
  [ "$(room)" -ge 1500 ] || stop "the disk has $(room) MB left and 4 GB are needed: free some space."
  say "Installing the service (once):"
  extra=""; [ "$mode" = dev ] && extra="[dev]"
  [ -x .venv/bin/python ] || "$python" -m venv .venv >>"$log" 2>&1 || stop "$python cannot make an environment: $(why)."
  step "packages" .venv/bin/python -m pip install --disable-pip-version-check -q -c deploy/constraints.txt -e ".$extra" || stop "$(why)."
  printf '%s' "$service" >.venv/.installed
fi

rasa=$(stamp nlu/rasa-requirements.txt)
if [ "$(cat .venv-rasa/.installed 2>/dev/null || true)" != "$rasa" ] && [ "${VOXTRAIL_NLU_REPLICAS:-1}" != 0 ] && [ -z "${RASA_PYTHON:-}" ]; then
  python=$(python_of 3.11)
  if [ -z "$python" ]; then
    say "Rasa runs on Python 3.11 only (its TensorFlow is 2.12), and there is none here (Debian 12: apt install python3.11-venv)."
    say "Voxtrail starts without it and understands short answers only."
  else
    [ "$(room)" -ge 2500 ] || stop "the disk has $(room) MB left and Rasa needs 2.5 GB: free some space."
    say "Installing Rasa in its own environment (once, about two minutes):"
    rm -rf .venv-rasa
    "$python" -m venv .venv-rasa >>"$log" 2>&1 || stop "$python cannot make an environment: $(why)."
    step "Rasa" .venv-rasa/bin/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes --ignore-requires-python \
      -r nlu/rasa-requirements.txt || stop "$(why)."
    printf '%s' "$rasa" >.venv-rasa/.installed
  fi
fi

if [ "$mode" = dev ] && [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing the browser for the tests (once):"
    step "package lists" apt-get update -q || say "  the package lists could not be read"
    step "chromium" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium fonts-dejavu-core \
      || say "  chromium could not be installed: the browser tests will be skipped, and say so"
  else
    say "There is no /usr/bin/chromium and only root may install it: the browser tests will be skipped, and say so."
  fi
fi
