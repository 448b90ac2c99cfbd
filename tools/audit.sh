#!/bin/sh
# Looks up what is known against the pinned libraries, and fails when there is something.
# Where the services that know cannot be reached, it says so and passes: nothing was looked up.
set -u
status=0

echo "== Python libraries"
[ -x .venv/audit/bin/pip-audit ] || {
    python3 -m venv .venv/audit
    .venv/audit/bin/pip install -q --disable-pip-version-check -r requirements/audit.txt || exit 1
}
for file in run dev; do
    # dev.txt names run.txt, which was looked at
    grep -v '^-r' "requirements/$file.txt" >".venv/audit/$file.txt"
    .venv/audit/bin/pip-audit --no-deps --disable-pip --progress-spinner off \
        -r ".venv/audit/$file.txt" >".venv/audit/found" 2>&1
    found=$?
    pinned=$(grep -c '==' ".venv/audit/$file.txt")
    skipped=$(grep -c 'could not be audited' ".venv/audit/found")
    if [ "$found" -ne 0 ]; then
        cat ".venv/audit/found"
        status=1
    elif [ "$skipped" -ge "$pinned" ]; then
        echo "requirements/$file.txt: the service cannot be reached, nothing was looked up"
    else
        echo "requirements/$file.txt: nothing is known against $((pinned - skipped)) of $pinned libraries"
    fi
done

echo "== type checkers from npm"
found=$(npm audit --audit-level=moderate 2>&1)
if [ $? -eq 0 ]; then
    echo "nothing is known against them"
elif echo "$found" | grep -q 'endpoint returned an error\|ENOTFOUND\|ECONN\|ETIMEDOUT'; then
    echo "the service cannot be reached, nothing was looked up"
else
    echo "$found"
    status=1
fi
exit $status
