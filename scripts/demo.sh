#!/bin/sh
# The main job on a pretend organization: plan, apply, drift. Called by `make demo`, which sets
# BIN (where govkit is) and SANDBOX (where the organization is kept). Every run begins anew.
set -eu
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
SANDBOX=${SANDBOX:-.sandbox}
LAYOUT=org_layout.yaml
export GOVKIT_SANDBOX="$SANDBOX"

headline() {
    printf '\n== %s\n' "$1"
}

# Shows a command, runs it, and accepts the exit statuses that the story expects of it.
run() {
    expected=$1
    shift
    printf '\n$ govkit %s\n' "$*"
    status=0
    "$BIN/govkit" "$@" || status=$?
    case " $expected " in
    *" $status "*) ;;
    *)
        printf 'govkit %s ended with %s, and the story expects %s.\n' "$*" "$status" "$expected" >&2
        exit 1
        ;;
    esac
}

headline "A pretend organization in $SANDBOX, that grew by hand. $LAYOUT says how it should be."
if [ -f "$SANDBOX/sandbox.json" ]; then
    "$BIN/govkit" demo --fresh >/dev/null
else
    "$BIN/govkit" demo >/dev/null
fi
run 0 sandbox show

headline 'What must AWS be told, and what does that mean for whom?'
run 0 plan

headline 'Tell it, step by step.'
run 0 apply --yes

headline 'Is it so? What is left is not in the layout: guardrails that somebody made by hand.'
run '0 2' drift

headline 'Meanwhile, somebody with console access …'
run 0 sandbox change detach deny-leave-org /
run 0 sandbox change move payments-prod Sandbox

headline 'What did they do, and does it matter?'
run '0 2' drift

headline 'Put it right.'
run 0 apply --yes
run '0 2' drift

cat <<END

== Your turn. The organization is in $SANDBOX; nothing here needs an AWS account.

  export GOVKIT_SANDBOX=$SANDBOX PATH="$BIN:\$PATH"
  govkit show --live                       the organization as it is now
  govkit history                           what was done
  govkit sandbox change --help             be the colleague with console access
  edit $LAYOUT, then govkit plan   change your mind
END
