#!/usr/bin/env bash
# Installs what is missing: the service's environment (.venv), Rasa's own (.venv-rasa), the voices' (.venv-voices: Piper and espeak-ng)
# and, with "dev", the tests' browser.
# Does nothing when all is there. Every failure is one plain sentence.
set -u
cd "$(dirname "$0")/.."
mode=${1:-run}
data=${DATA_DIR:-var}

say() { printf '%s\n' "$*" >&2; }
children=""
stop() { [ -z "$children" ] || kill $children 2>/dev/null; say "Voxtrail cannot be installed: $*"; exit 1; }

mkdir -p "$data/logs" 2>/dev/null && [ -w "$data/logs" ] || stop "DATA_DIR $data cannot be written: set DATA_DIR to a folder of your own."
log=$data/logs/setup.log
rasa_log=$data/logs/setup-rasa.log
voices_log=$data/logs/setup-voices.log

# What runs is shown with the seconds so far; its output goes to a log. Several may run side by side: begin them all, then finish them all.
begin() { # a log, a command: leaves its pid in $begun
  local out=$1
  shift
  "$@" >>"$out" 2>&1 &
  begun=$!
  children="$children $begun"
}
trap 'kill $children 2>/dev/null; exit 130' INT TERM

finish() { # a name, a pid
  while kill -0 "$2" 2>/dev/null; do
    [ -t 2 ] && printf '\r  %s … %ds' "$1" "$SECONDS" >&2
    sleep 1
  done
  wait "$2" || { [ -t 2 ] && printf '\n' >&2; return 1; }
  [ -t 2 ] && printf '\r' >&2
  printf '  %s: ready after %ds        \n' "$1" "$SECONDS" >&2
}

step() { # a name, a command
  local name=$1
  shift
  begin "$log" "$@"
  finish "$name" "$begun"
}

why() { # what a failed pip most likely met, by its log
  if grep -qiE 'no space left' "$1"; then echo "the disk is full: free 4 GB"
  elif tail -n 30 "$1" | grep -qE 'HASHES|hashes'; then echo "a downloaded package is not the one that was locked; see $1"
  elif tail -n 40 "$1" | grep -qiE 'resolution|connection|timed out|network|retrying'; then echo "the package registry does not answer: check the network"
  else echo "see the end of $1"; fi
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

service=$(stamp pyproject.toml deploy/constraints.txt deploy/tone-requirements.txt)
have=$(cat .venv/.installed 2>/dev/null || true)
want_service="" want_rasa="" want_voices="" service_pid="" rasa_pid="" voices_pid=""
[ "$have" = "$service-dev" ] || [ "$have" = "$service-$mode" ] || want_service=yes
rasa=$(stamp nlu/rasa-requirements.txt)
[ "$(cat .venv-rasa/.installed 2>/dev/null || true)" = "$rasa" ] || [ "${VOXTRAIL_NLU_REPLICAS:-1}" = 0 ] || [ -n "${RASA_PYTHON:-}" ] || want_rasa=yes
voices=$(stamp deploy/voices-requirements.txt)
case $(printf '%s' "${VOXTRAIL_CALLS:-true}" | tr '[:upper:]' '[:lower:]') in
  false | 0 | no | off | f | n) ;;
  *) [ "$(cat .venv-voices/.installed 2>/dev/null || true)" = "$voices" ] || [ -n "${VOXTRAIL_VOICES_PYTHON:-}" ] || want_voices=yes ;;
esac
if [ -n "$want_voices" ] && [ "$(uname -sm)" != "Linux x86_64" ]; then
  say "The packaged voices are for Linux on x86_64 only: set VOXTRAIL_VOICES_PYTHON to a Python that has piper-tts and espeakng-loader."
  say "Voxtrail starts without them and cannot speak."
  want_voices=""
fi

if [ -n "$want_rasa" ]; then
  python=$(python_of 3.11)
  if [ -z "$python" ]; then
    say "Rasa runs on Python 3.11 only (its TensorFlow is 2.12), and there is none here (Debian 12: apt install python3.11-venv)."
    say "Voxtrail starts without it and understands short answers only."
    want_rasa=""
  else
    [ "$(room)" -ge 3500 ] || stop "the disk has $(room) MB left and 4 GB are needed: free some space."
    say "Installing Rasa in its own environment (once, about two minutes):"
    rm -rf .venv-rasa
    "$python" -m venv .venv-rasa >>"$log" 2>&1 || stop "$python cannot make an environment: $(why "$log")."
    begin "$rasa_log" .venv-rasa/bin/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes --ignore-requires-python \
      -r nlu/rasa-requirements.txt
    rasa_pid=$begun
  fi
fi

if [ -n "$want_voices" ]; then
  python=$(python_of 3.11 3.12 3.13)
  [ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 with venv is needed (Debian: apt install python3 python3-venv)."
  [ "$(room)" -ge 700 ] || stop "the disk has $(room) MB left and 700 MB are needed for the voices: free some space."
  say "Installing the voices in an environment of their own (once):"
  rm -rf .venv-voices
  "$python" -m venv .venv-voices >>"$voices_log" 2>&1 || stop "$python cannot make an environment: $(why "$voices_log")."
  begin "$voices_log" .venv-voices/bin/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes \
    -r deploy/voices-requirements.txt
  voices_pid=$begun
fi

if [ -n "$want_service" ]; then
  python=$(python_of 3.11 3.12 3.13)
  [ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 with venv is needed (Debian: apt install python3 python3-venv)."
  [ "$(room)" -ge 2500 ] || stop "the disk has $(room) MB left and 2.5 GB are needed: free some space."
  say "Installing the service (once):"
  extra=""; [ "$mode" = dev ] && extra="[dev]"
  [ -x .venv/bin/python ] || "$python" -m venv .venv >>"$log" 2>&1 || stop "$python cannot make an environment: $(why "$log")."
  begin "$log" .venv/bin/python -m pip install --disable-pip-version-check -q -c deploy/constraints.txt -e ".$extra"
  service_pid=$begun
fi

if [ -n "$service_pid" ]; then
  finish "the service" "$service_pid" || stop "$(why "$log")."
  # Without what the package asks for (librosa, webrtcvad, scipy): only its weights are read, nothing of it is imported.
  step "the weights of the tone" .venv/bin/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes \
    -r deploy/tone-requirements.txt || stop "$(why "$log")."
  printf '%s' "$service-$mode" >.venv/.installed
fi
if [ -n "$rasa_pid" ]; then
  finish "Rasa" "$rasa_pid" || stop "$(why "$rasa_log")."
  printf '%s' "$rasa" >.venv-rasa/.installed
fi
if [ -n "$voices_pid" ]; then
  finish "the voices" "$voices_pid" || stop "$(why "$voices_log")."
  printf '%s' "$voices" >.venv-voices/.installed
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
