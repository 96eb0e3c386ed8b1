#!/bin/sh
# Prepares a virtual environment with a suitable Python, once.
#
#   sh tools/bootstrap.sh DIRECTORY REQUIREMENTS
#
# PYTHON names the Python to use; without it the first suitable one is taken. Prints one clear line
# and ends with 1 where there is none. A second call with the same requirements does nothing.
set -eu

venv=$1
requirements=$2
candidates=${PYTHON:-python3 python3.13 python3.12 python3.11}

fail() {
    echo "$1" >&2
    exit 1
}

runs() {
    "$1" -c "$2" >/dev/null 2>&1
}

choose_python() {
    fault="No Python was found. Antenne needs Python 3.11 or later."
    [ -z "${PYTHON:-}" ] || fault="PYTHON=$PYTHON cannot be run. Antenne needs Python 3.11 or later."
    for python in $candidates; do
        if ! runs "$python" "import sys"; then
            continue
        elif ! runs "$python" "import sys; sys.exit(sys.version_info < (3, 11))"; then
            version=$("$python" -c "import sys; print('%d.%d' % sys.version_info[:2])")
            case $fault in *venv*) ;; *)
                fault="$python is Python $version, but Antenne needs 3.11 or later. Install one, or name it: make PYTHON=…" ;;
            esac
        elif ! runs "$python" "import venv, ensurepip"; then
            fault="$python has no complete venv module. On Debian and Ubuntu: sudo apt install python3-venv"
        else
            return 0
        fi
    done
    fail "$fault"
}

# A moved project or an upgraded Python leaves a virtual environment that no longer runs.
if ! runs "$venv/bin/python" "import pip"; then
    choose_python
    echo "Creating $venv with $("$python" --version 2>&1) …"
    "$python" -m venv --clear "$venv" || fail "The virtual environment $venv could not be created."
fi
exec "$venv/bin/python" tools/install.py "$requirements"
