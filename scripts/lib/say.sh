# shellcheck shell=bash
# How the scripts talk: numbered steps, indented notes, and one clear last line when they stop.

step_number=0
step_count=0

begin_steps() {
  step_count=$1
}

step() {
  step_number=$((step_number + 1))
  printf '[%d/%d] %s\n' "$step_number" "$step_count" "$*"
}

note() {
  printf '      %s\n' "$*"
}

die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}
