# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
# What the tests of packages and of the lab share, also in a chroot and in a VM: a check is a line "ok NAME" or "FAIL NAME".

# check NAME COMMAND...: ok when the command succeeds; what it said otherwise.
check() {
	checked=$1
	shift
	if "$@" >/tmp/said 2>&1; then
		echo "ok $checked"
	else
		echo "FAIL $checked"
		sed 's/^/  /' /tmp/said
	fi
}

is() { [ "$1" = "$2" ] || { echo "it is '$1', not '$2'"; return 1; }; }
no() { ! "$@"; }
