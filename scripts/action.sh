#!/usr/bin/env bash
# The steps of action.yml. Everything that a workflow's author or a pull request chose comes in variables and stays data.
set -euo pipefail

# Text as the value of a workflow command: one line, whatever it holds.
escaped() {
  local text=${1//\%/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

fail() {
  printf '::error::sizecheck: %s\n' "$(escaped "$1")"
  exit 2
}

output() {
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

# Inputs that are true or false, as these words for the conditions of later steps. Nothing is the default, as of a variable that is not
# set; a gate that a misspelt word switched off would pass everything.
switches() {
  truth comment true "${SIZECHECK_COMMENT:-}"
  truth only-on-change false "${SIZECHECK_ONLY_ON_CHANGE:-}"
  truth summary true "${SIZECHECK_SUMMARY:-}"
  truth annotations true "${SIZECHECK_ANNOTATIONS:-}"
  truth fail true "${SIZECHECK_FAIL:-}"
}

truth() {
  case ${3:-$2} in
  [Tt][Rr][Uu][Ee]) output "$1" true ;;
  [Ff][Aa][Ll][Ss][Ee]) output "$1" false ;;
  *) fail "$1: takes true or false, not \"$3\"" ;;
  esac
}

# Where the command line is: a path that was given, a version from npm, or this checkout, built where it is not yet.
provide() {
  if [ -n "${SIZECHECK_PATH:-}" ]; then
    [ -f "$SIZECHECK_PATH" ] || fail "path: there is no file $SIZECHECK_PATH"
    output main "$SIZECHECK_PATH"
  elif [ -n "${SIZECHECK_VERSION:-}" ]; then
    [[ $SIZECHECK_VERSION =~ ^[0-9A-Za-z][0-9A-Za-z.-]*$ ]] || fail "version: $SIZECHECK_VERSION is not a version"
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$RUNNER_TEMP/sizecheck" "sizecheck@$SIZECHECK_VERSION"
    output main "$RUNNER_TEMP/sizecheck/node_modules/sizecheck/dist/cli/main.cjs"
  else
    if [ ! -f "$GITHUB_ACTION_PATH/dist/cli/main.cjs" ]; then
      (cd "$GITHUB_ACTION_PATH" && npm ci --silent --no-audit --no-fund --ignore-scripts && npm run --silent build)
    fi
    output main "$GITHUB_ACTION_PATH/dist/cli/main.cjs"
  fi
}

# Lines of $1 that are not empty, in the array `lines`; a carriage return from a Windows editor is no part of one.
read_lines() {
  lines=()
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -z "$line" ] || lines+=("$line")
  done <<< "$1"
}

# Without a report nothing replaces the comment of an earlier run, which may say that all is well.
nothing_measured() {
  local said='nothing was measured; a comment of an earlier run, if there is one, does not hold for this commit'
  printf '::error::sizecheck: %s\n' "$said"
  [ "${SIZECHECK_SUMMARY:-}" != true ] || printf '### ❓ Not measured\n\nsizecheck: %s.\n' "$said" >> "$GITHUB_STEP_SUMMARY" || :
  exit "$1"
}

# What the budgets file was where the pull request is merged into: the first parent of the merge that the event is about, which a
# checkout of one commit lacks. Its path in `before`; empty where there is none, or it cannot be told.
budgets_before() {
  before=''
  local file=${SIZECHECK_BUDGETS:-budgets.json} base line
  [ "${GITHUB_EVENT_NAME:-}" = pull_request ] && [ -f "$file" ] || return 0
  for line in "$@"; do
    case $line in --base-budgets* | --budgets* | --max-compressed* | --max-uncompressed* | --max-full-pull* | --max-growth* | --dive-ci*) return 0 ;; esac
  done
  if [[ $file = /* ]]; then
    untold 'the budgets file is named by an absolute path'
    return 0
  fi
  if [ -z "${GITHUB_SHA:-}" ] || [ "$(git rev-parse --verify --quiet HEAD 2> /dev/null)" != "$GITHUB_SHA" ]; then
    untold 'the checkout is not that of the event'
    return 0
  fi
  base=$(git cat-file commit HEAD | sed -n '1,/^$/s/^parent //p')
  # A merge has two.
  [[ $base == *$'\n'* ]] || return 0
  base=${base%%$'\n'*}
  if ! git cat-file -e "$base" 2> /dev/null &&
    ! GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags --depth=1 origin "$base"; then
    untold "$base cannot be fetched"
    return 0
  fi
  before=$RUNNER_TEMP/sizecheck-budgets-$GITHUB_ACTION.json
  if ! git cat-file -e "$base:./$file" 2> /dev/null; then
    # It is new, or has another name now: all that it says is.
    : > "$before"
  elif [ "$(git ls-tree "$base" -- "./$file" | cut -c1-6)" = 120000 ]; then
    before=''
    untold 'the budgets file was a symlink'
  else
    git show "$base:./$file" > "$before"
  fi
}

untold() {
  printf 'sizecheck: which limits changed is not told: %s\n' "$1" >&2
}

# Exit code 1 (over budget) is kept for the last step, so that everything is said before the job fails.
measure() {
  local report=$RUNNER_TEMP/sizecheck-report-$GITHUB_ACTION.json code=0
  local arguments=() line
  read_lines "${SIZECHECK_OPTIONS:-}"
  arguments+=(${lines[@]+"${lines[@]}"} --json --output "$report")
  if [ -n "${SIZECHECK_OLD:-}${SIZECHECK_NEW:-}" ]; then
    [ -n "${SIZECHECK_OLD:-}" ] && [ -n "${SIZECHECK_NEW:-}" ] || fail 'old and new: both are needed to compare'
    [ -z "${SIZECHECK_ARTIFACTS:-}${SIZECHECK_BUDGETS:-}${SIZECHECK_BASELINE:-}" ] ||
      fail 'old and new compare; artifacts, budgets and baseline check: give one or the other'
    arguments=(diff "${arguments[@]}" -- "$SIZECHECK_OLD" "$SIZECHECK_NEW")
  else
    [ -z "${SIZECHECK_BUDGETS:-}" ] || arguments+=(--budgets "$SIZECHECK_BUDGETS")
    budgets_before ${lines[@]+"${lines[@]}"}
    [ -z "$before" ] || arguments+=(--base-budgets "$before")
    read_lines "${SIZECHECK_BASELINE:-}"
    for line in ${lines[@]+"${lines[@]}"}; do arguments+=("--baseline=$line"); done
    read_lines "${SIZECHECK_ARTIFACTS:-}"
    arguments=(check "${arguments[@]}" -- ${lines[@]+"${lines[@]}"})
  fi
  rm -f "$report"
  node "$SIZECHECK" "${arguments[@]}" || code=$?
  [ -f "$report" ] || nothing_measured "$code"
  output report "$report"
  output code "$code"
  output status "$(node -e '
    const { gate, changes } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    console.log(gate?.status ?? (changes.length > 0 ? "changed" : "same"));
  ' "$report")"
}

# The verdict is the gate's alone: where it cannot be told in one place, that is a warning, and the job goes on.
tell() {
  local what=$1 said='' code=0
  shift
  { said=$("$@" 2>&1 >&3) || code=$?; } 3>&1
  if [ "$code" != 0 ]; then
    said=${said#sizecheck: }
    printf '::warning::sizecheck: %s: %s\n' "$what" "$(escaped "${said:-exit code $code}")"
  elif [ -n "$said" ]; then
    printf '%s\n' "$said" >&2
  fi
}

annotate() {
  tell 'the run could not be annotated' node "$SIZECHECK" report "$SIZECHECK_REPORT" --format github
}

summarize() {
  tell 'the summary could not be written' append_summary
}

append_summary() {
  node "$SIZECHECK" report "$SIZECHECK_REPORT" --format markdown >> "$GITHUB_STEP_SUMMARY"
}

comment() {
  local arguments=(--from "$SIZECHECK_REPORT" --token-env SIZECHECK_TOKEN --forge github)
  [ -z "${SIZECHECK_KEY:-}" ] || arguments+=("--key=$SIZECHECK_KEY")
  [ "${SIZECHECK_ONLY_ON_CHANGE:-}" != true ] || arguments+=(--only-on-change)
  tell 'the comment could not be posted' node "$SIZECHECK" comment "${arguments[@]}"
}

# What could not be measured (2) is no matter of "fail".
judge() {
  if [ "$SIZECHECK_CODE" != 1 ] || [ "$SIZECHECK_FAIL" = true ]; then exit "$SIZECHECK_CODE"; fi
}

case ${1:-} in
switches | provide | measure | annotate | summarize | comment | judge) "$1" ;;
*) fail 'usage: action.sh switches|provide|measure|annotate|summarize|comment|judge' ;;
esac
