# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # fast, V and B are those of run
# Views that are none: a clear error with its line, never a crash. Sourced by run,
# after special.sh.

# What no column holds; the flags of a later version are passed over.
never_there=(
	PROTO=tcp6 PORT=-1 PORT=65536 PORT=1e3 STATE=DREAMING LOCAL=1.2.3:4
	'LOCAL=[::1]:-4' REMOTE=somewhere DEV=a234567890123456 RXQ=-1 TXQ=-511
	UID=-1 UID=root INODE=-18231 INODE=- COOKIE=-c COOKIE=xyz NETNS=-1
	CGROUP=-812 'FLAGS=,' HELD=nobody PARENT=-1 EXPIRES=-37120
	OWNERS=-901/6/nginx OWNERS=901/-6/nginx OWNERS=901/6 OWNERS=[]
	$'PORT=8\e[31m0' $'STATE=\xff\xfe'
)

# A view of three rows, the second of which has VALUE in COLUMN.
view_with() {
	awk -v column="${1%%=*}" -v value="${1#*=}" '
		NR == 1	{ sub(/sockets=[0-9]*/, "sockets=3"); print }
		NR == 2	{
			for (i = 2; i <= NF; i++) if ($i == column) at = i - 1
			print
		}
		NR == 3	{ print; good = $0; $at = value; print; print good }
		' "$V"/contract.view
}

# The line, the column and what to do are said, and nothing of the row is shown.
test_bad_values() {
	local bad name wrong

	for bad in "${never_there[@]}"; do
		name="bad value $(printf %q "$bad")"
		view_with "$bad" >build/bad.view
		case $bad in	# a terminal would obey these bytes
		*[![:print:]]*) wrong='a byte is not printable ASCII' ;;
		*) wrong="${bad%%=*} is not of format 1" ;;
		esac
		portsock -a --input build/bad.view >build/stdout 2>build/stderr
		expect_error "$name" $? \
			"^portsock: invalid row: build/bad.view:4: $wrong (save it again)$"
		judge "$name is not shown" "" [ ! -s build/stdout ]
	done
	view_with FLAGS=reuseaddr,newer >build/bad.view
	judge "flag of a later version" "" \
		portsock -a --input build/bad.view >build/stdout
}

# The Nth line of a million bytes, without a blank and with nothing but commas.
test_megabytes() {
	local line fill status

	for line in 1 2 3; do
		for fill in x ',' ' ' '1/2/x,'; do
			awk -v line="$line" -v fill="$fill" '
				NR == line {
					while (length(fill) < 1000000) fill = fill fill
					printf "%s", fill
				}
				{ print }' "$V"/contract.view >build/bad.view
			portsock -a --input build/bad.view >build/stdout 2>build/stderr
			status=$?
			if [ $line != 1 ] && [ "$fill" = " " ]; then
				judge "blanks in line $line" "" [ $status -eq 0 ]
				continue
			fi
			expect_error "a megabyte of '$fill' in line $line" $status \
				"build/bad.view"
			judge "... is not repeated" "" \
				[ "$(stat -c %s build/stderr)" -lt 300 ]
		done
	done
}

# Bytes at random where a view should be, or in the middle of one; the same each
# time.  The sanitizers are what judges.
test_garbage() {
	local seed bad=""

	for ((seed = 1; seed <= 60; seed++)); do
		/usr/bin/python3 - "$V"/server.view $seed >build/bad.view <<-'EOF'
			import random, sys
			random.seed(int(sys.argv[2]))
			view = bytearray(open(sys.argv[1], "rb").read())
			for _ in range(random.choice((1, 3, 30, 3000))):
			    at = random.randrange(random.choice((100, len(view))))
			    view[at] = random.choice((random.randrange(256), *b"-,/:[]\\@ \n0"))
			sys.stdout.buffer.write(view)
		EOF
		for o in "" --raw -j; do
			# shellcheck disable=SC2086
			portsock -a $o --input build/bad.view >build/stdout 2>build/stderr
			case $?.$(wc -l <build/stderr) in
			0.[01] | 1.[01] | 2.[12]) ;;
			*) bad="$bad $seed$o" ;;
			esac
			! grep -q 'ERROR\|runtime error' build/stderr || bad="$bad $seed$o!"
		done
	done
	judge "garbage" "$bad" [ -z "$bad" ]
}

run_bad_input() {
	test_bad_values
	test_megabytes
	test_garbage
}
