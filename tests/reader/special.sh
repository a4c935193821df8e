# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The reader's tests that are no comparison of text: pipes, full disks, memory,
# permissions.  Sourced by run.

fast=build/portsock		# as it is installed

# Whether a command succeeds: judge NAME DETAIL COMMAND...
judge() {
	local name=$1 detail=$2

	shift 2
	if "$@"; then ok "$name"; else fail "$name" "$detail"; fi
}

# Outputs as they are asked for.
outputs=("" "--raw" "-J" "-j")

# Who reads the first line and goes is not made to wait, and hears nothing.
test_closed_pipe() {
	local o status start end

	for o in "${outputs[@]}"; do
		start=$(date +%s%N)
		# shellcheck disable=SC2086
		"$fast" -a $o --input "$B"/rows-200000.view 2>build/stderr |
			head -c 100 >build/stdout
		status=${PIPESTATUS[0]}
		end=$(date +%s%N)
		if [ "$status" -ne 0 ] || [ -s build/stderr ]; then
			fail "closed-pipe ${o:-table}" "status $status, $(cat build/stderr)"
		elif [ "$(stat -c %s build/stdout)" -ne 100 ]; then
			fail "closed-pipe ${o:-table}" "nothing came"
		elif [ -n "$o" ] && [ $((end - start)) -gt 2000000000 ]; then
			fail "closed-pipe $o" "it took $((end - start)) ns"
		else
			ok "closed-pipe ${o:-table}"
		fi
	done
}

# A signal that kills the reader would kill a script with it.
test_closed_pipe_keeps_status() {
	local status

	"$fast" --raw --input "$V"/server.view 2>build/stderr | true
	status=${PIPESTATUS[0]}
	if [ "$status" -eq 0 ] && [ ! -s build/stderr ]; then
		ok "closed-pipe at once"
	else
		fail "closed-pipe at once" "status $status"
	fi
}

expect_error() {
	local name=$1 status=$2 pattern=$3

	if [ "$status" -ne 2 ]; then
		fail "$name" "status $status"
	elif [ "$(wc -l <build/stderr)" -ne 1 ]; then
		fail "$name" "not one line: $(cat build/stderr)"
	elif ! grep -q "$pattern" build/stderr; then
		fail "$name" "$(cat build/stderr)"
	else
		ok "$name"
	fi
}

test_full_disk() {
	local o view="$V"/server.view

	for o in "" --raw -J -j --help --version --list-columns; do
		# shellcheck disable=SC2086
		portsock -a $o --input "$view" >/dev/full 2>build/stderr
		expect_error "full-disk ${o:-table}" $? '^portsock: cannot write: No space'
	done
	portsock metrics --input "$view" >/dev/full 2>build/stderr
	expect_error "full-disk metrics" $? '^portsock: cannot write: No space'
	for o in "" --raw -J -j; do
		# shellcheck disable=SC2086
		"$fast" -a $o --input "$B"/rows-20000.view >/dev/full 2>build/stderr
		expect_error "full-disk many rows ${o:-table}" $? 'cannot write'
	done
	portsock --input "$view" >&- 2>build/stderr
	expect_error "closed stdout" $? 'cannot write: Bad file'
}

# Peak memory of a command, in kB.
peak() {
	/usr/bin/python3 - "$@" <<-'EOF'
	import resource, subprocess, sys
	subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	EOF
}

test_memory() {
	local o few many

	for o in --raw -J -j; do
		few=$(peak "$fast" -a $o --input "$B"/rows-20000.view)
		many=$(peak "$fast" -a $o --input "$B"/rows-200000.view)
		if [ "${few:-0}" -gt 500 ] &&
		   [ "$many" -le $((few + few / 10)) ]; then
			ok "memory $o"
		else
			fail "memory $o" "$few kB for 20000 rows, $many kB for 200000"
		fi
	done
}

# Metrics are counted while the rows go by: only listening ports take memory.
test_metrics_memory() {
	local count few many

	for count in 20000 200000; do
		sed 's/ LISTEN / CLOSE /' "$B"/rows-$count.view \
			>"$B"/no-doors-$count.view
	done
	few=$(peak "$fast" metrics --input "$B"/no-doors-20000.view)
	many=$(peak "$fast" metrics --input "$B"/no-doors-200000.view)
	rm "$B"/no-doors-*.view
	judge "memory metrics" "$few kB for 20000 rows, $many kB for 200000" \
		[ "${few:-0}" -gt 500 -a "$many" -le $((few + few / 10)) ]
}

# A file is there as a whole, readable as any new file is, or not touched.
test_metrics_output() {
	local place

	place=$(mktemp -d)
	(umask 022; portsock metrics --input "$V"/server.view \
		-o "$place/p.prom") >build/stdout 2>build/stderr
	portsock metrics --input "$V"/server.view | cmp -s - "$place/p.prom"
	judge "metrics file" "$(ls -l "$place")" \
		[ "$?.$(stat -c %a "$place"/*).$(stat -c %s build/stdout)" = 0.644.0 ]
	portsock metrics --input "$V"/cut-row.view -o "$place/p.prom" 2>build/stderr
	expect_error "metrics file of a damaged view" $? 'truncated'
	portsock metrics --input "$V"/server.view | cmp -s - "$place/p.prom"
	judge "metrics file stays as it was" "$(ls "$place")" \
		[ "$?.$(ls "$place")" = 0.p.prom ]
	mkdir "$place/directory"
	portsock metrics --input "$V"/server.view -o "$place/directory" 2>build/stderr
	expect_error "metrics file is a directory" $? 'cannot write'
	judge "metrics file leaves nothing beside it" "$(ls "$place")" \
		[ "$(ls "$place" | wc -l)" -eq 2 ]
	rm -r "$place"
}

# What no view says: the range of ephemeral ports, and the module's version.
test_metrics_live() {
	if ! unshare -m true 2>/dev/null; then
		skip "metrics live" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	# shellcheck disable=SC2016
	unshare -m sh -c '
		mount -t tmpfs none /proc && mount -t tmpfs none /sys &&
		mkdir -p /proc/sys/net/ipv4 /sys/module/portsock &&
		cp "$1" /proc/portsock &&
		printf "41000\t41999\n" >/proc/sys/net/ipv4/ip_local_port_range &&
		printf "a\"b\\\\c\nd\n" >/sys/module/portsock/version &&
		exec "$2" metrics' sh "$V"/server.view "$place/portsock" \
		>build/stdout 2>build/stderr
	judge "metrics ephemeral ports" "$(cat build/stdout build/stderr)" \
		[ "$(grep ephemeral_ports build/stdout | grep -v '^#' | sum_up)" = \
		"portsock_ephemeral_ports 1000 tcp 1 udp 0" ]
	judge "metrics label is escaped" "$(grep build_info build/stdout)" \
		grep -qF ',module="a\"b\\c\nd"} 1' build/stdout
	judge "metrics with a label that is escaped" "" \
		/usr/bin/python3 -c 'import sys
from prometheus_client.openmetrics import parser
families = parser.text_string_to_metric_families(sys.stdin.read())
sys.exit(next(families).samples[0].labels["module"] != "a\"b\\c\nd")' <build/stdout
	rm -r "$place"
}

# "name value tcp value udp value" of the series of ephemeral ports.
sum_up() {
	sed -n 's/.*used{proto="\(tcp\|udp\)"}/\1/p; /^portsock_ephemeral_ports /p' |
		tr '\n' ' ' | sed 's/ $//'
}

# The same rows, whichever way a view is cut into reads.
test_read_sizes() {
	local size want got

	want=$("$fast" -a --raw --input "$B"/rows-20000.view | cksum)
	for size in 1000 4096 131071 131072 131073; do
		got=$(dd if="$B"/rows-20000.view bs=$size status=none |
			"$fast" -a --raw --input - | cksum)
		if [ "$got" = "$want" ] && [ -n "$want" ]; then
			ok "read-size $size"
		else
			fail "read-size $size"
		fi
	done
	got=$(head -c 3000 "$V"/server.view | dd bs=1 status=none 2>/dev/null |
		portsock -a --raw --input - 2>&1 | wc -l)
	judge "read-size 1" "$got lines" [ "$got" -gt 5 ]
}

# A view cut at any byte is an error, and never half a row more.
test_every_cut() {
	local size at status bad=""

	size=$(stat -c %s "$V"/contract.view)
	for ((at = 0; at < size; at++)); do
		head -c $at "$V"/contract.view |
			build/portsock-asan -a --input - >build/stdout 2>build/stderr
		status=$?
		if [ $status -ne 2 ] || [ -s build/stdout ] ||
		   [ "$(wc -l <build/stderr)" -ne 1 ]; then
			bad="$bad $at"
		fi
	done
	judge "every-cut" "at byte$bad" [ -z "$bad" ]
}

# What no column holds; the flags of a later version are passed over.
never_there=(
	PROTO=tcp6 PORT=-1 PORT=65536 PORT=1e3 STATE=DREAMING LOCAL=1.2.3:4
	LOCAL=[::1]:-4 REMOTE=somewhere DEV=a234567890123456 RXQ=-1 TXQ=-511
	UID=-1 UID=root INODE=-18231 INODE=- COOKIE=-c COOKIE=xyz NETNS=-1
	CGROUP=-812 FLAGS=, HELD=nobody PARENT=-1 EXPIRES=-37120
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
	local bad name

	for bad in "${never_there[@]}"; do
		name="bad value $(printf %q "$bad")"
		view_with "$bad" >build/bad.view
		portsock -a --input build/bad.view >build/stdout 2>build/stderr
		expect_error "$name" $? \
			"^portsock: line 4 of build/bad.view.* ${bad%%=*} .*: save it again$"
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
		for fill in x , ' ' 1/2/x,; do
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

# A scratch place that any user may reach, with a reader in it.
scratch() {
	place=$(mktemp -d) && chmod 755 "$place" &&
		install -m 755 "$fast" "$place/portsock"
}

# /proc/portsock as it is to somebody: FILE of MODE in an own mount namespace.
in_proc() {
	local file=$1 mode=$2

	shift 2
	# shellcheck disable=SC2016
	unshare -m sh -c '
		mount -t tmpfs none /proc || exit 99
		[ -z "$1" ] || install -m "$2" "$1" /proc/portsock || exit 99
		shift 2
		exec "$@"' sh "$file" "$mode" "$@" 2>build/stderr >build/stdout
}

test_proc() {
	local place nobody=(setpriv --reuid=65534 --clear-groups --)

	if ! unshare -m true 2>/dev/null; then
		skip "proc" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	in_proc "" 0 "$place/portsock"
	expect_error "proc module-not-loaded" $? 'modprobe portsock.*insmod'
	in_proc "$V"/server.view 600 "${nobody[@]}" "$place/portsock"
	expect_error "proc no-permission" $? 'run it as root (sudo'
	in_proc "$V"/bad-state.view 444 "${nobody[@]}" "$place/portsock"
	expect_error "proc another-version" $? 'came with the module'
	if in_proc "$V"/server.view 444 "${nobody[@]}" "$place/portsock" 22 &&
	   "$fast" 22 --input "$V"/server.view | cmp -s - build/stdout; then
		ok "proc read"
	else
		fail "proc read" "$(cat build/stderr)"
	fi
	judge "proc help-needs-nothing" "" \
		in_proc "$V"/server.view 600 "${nobody[@]}" "$place/portsock" --help
	install -m 600 "$V"/server.view "$place/view"
	"${nobody[@]}" "$place/portsock" --input "$place/view" 2>build/stderr
	expect_error "input no-permission" $? 'cannot read .*/view: Permission'
	rm -r "$place"
}

# What is written to /proc/portsock before it is read: a plain file keeps it.
asked() {
	# shellcheck disable=SC2016
	unshare -m sh -c '
		mount -t tmpfs none /proc || exit 99
		: >/proc/portsock
		"$@" >/dev/null 2>&1
		cat /proc/portsock' sh "$fast" "$@"
}

expect_asked() {
	local want=$1 got

	shift
	got=$(asked "$@")
	judge "asks $(cut -c 1-60 <<<"$*")" "'$got'" [ "$got" = "$want" ]
}

test_filter() {
	local doors='state=LISTEN,BOUND,UNCONN'
	# shellcheck disable=SC2046
	local ports=$(seq -s ' ' 20001 2 25001) pids=$(seq -s ' ' 1000001 1000999)

	if ! unshare -m true 2>/dev/null; then
		skip "filter" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	expect_asked "$doors"
	expect_asked "" -a
	expect_asked "proto=tcp $doors" -t
	expect_asked "port=8080" 8080
	expect_asked "proto=tcp,udp port=8080,53" 8080/tcp 53/udp
	expect_asked "port=8080,53" 8080/tcp 53
	expect_asked "proto=udp port=8080,53" -u 8080/tcp 53/udp
	expect_asked "proto=udp $doors port=8000-8100" 8000-8100 -u -l
	expect_asked "pid=1,2" -p 1 -p 2
	expect_asked "netns=all" -N all -a
	expect_asked "netns=4026539999 $doors" -N 4026539999
	expect_asked "proto=tcp owners=no port=8080" 8080/tcp -o PORT,LOCAL
	expect_asked "proto=tcp port=8080" 8080/tcp -o PORT,HELD
	expect_asked "proto=tcp port=8080" 8080/tcp -o PORT,COMMAND
	expect_asked "proto=tcp" -at -o PORT
	expect_asked "proto=tcp $doors owners=no" -tl -o PORT
	expect_asked "proto=tcp $doors" -tl -o PORT --leaked
	expect_asked "port=8080" 8080 -o PORT
	# shellcheck disable=SC2086
	expect_asked "port=20001-25001" $ports
	# shellcheck disable=SC2086
	expect_asked "" ${pids//1000/-p 1000}
}

# --watch on a terminal: /proc/portsock is one view, then another.
watch_terminal() {
	local place=$1

	cat >"$place/go" <<-'EOF'
		stty cols 80 rows 7
		setpriv --reuid=65534 --clear-groups "$place/portsock" --watch=0.4 -a &
		sleep 1
		cat "$place/second" >/proc/portsock
		sleep 0.7
		kill -TERM $!
		wait $!
		echo "status $?"
	EOF
	# shellcheck disable=SC2016
	place=$place unshare -m sh -c '
		mount -t tmpfs none /proc && chmod 755 /proc &&
		install -m 444 "$place/first" /proc/portsock &&
		script -qec "bash $place/go" /dev/null' </dev/null | sed 's/\x1b/^[/g'
}

test_watch() {
	local seen

	if ! unshare -m true 2>/dev/null; then
		skip "watch" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	cp "$V"/contract.view "$place/first"
	sed -e '/41522/d' -e 's/ 0 511/ 3 511/' -e '/TIME_WAIT/p' \
		-e '/TIME_WAIT/s/41510/41511/' -e 's/ 11 / 111 /' \
		"$place/first" >"$place/second"
	seen=$(watch_terminal "$place")
	judge "watch takes the screen" "$seen" grep -q '^\^\[\[?1049h' <<<"$seen"
	judge "watch says what has changed" "$seen" \
		grep -q '5 sockets, 1 new, 1 changed, 1 gone  *every 0.4 s' <<<"$seen"
	judge "watch marks what is gone" "$seen" \
		grep -q '^^\[\[2m-^\[\[0m .*41522' <<<"$seen"
	judge "watch marks what has changed" "$seen" \
		grep -q '^^\[\[1m~^\[\[0m .*LISTEN' <<<"$seen"
	judge "watch is cut to the screen" "$seen" \
		grep -q '^and 4 more lines' <<<"$seen"
	judge "watch gives the screen back" "$seen" \
		grep -q '\^\[\[?25h^\[\[?1049lstatus 143' <<<"$seen"
	rm -r "$place"
}

# A screen of 24 lines of 80 columns holds it all.
test_help_fits() {
	local lines width

	lines=$(portsock --help | wc -l)
	width=$(portsock --help | wc -L)
	if [ "$lines" -le 23 ] && [ "$lines" -gt 15 ] && [ "$width" -lt 80 ]; then
		ok "help fits a screen"
	else
		fail "help fits a screen" "$lines lines, $width columns"
	fi
}

# Every option that is taken is one that the help speaks of.
test_help_is_complete() {
	local option missing=""

	while read -r option; do
		case $option in
		tcp | udp | unix | dccp | sctp | mptcp | packet | ipv4 | ipv6)
			continue ;;	# their letters are there
		esac
		portsock --help | grep -q -- "--$option" || missing="$missing $option"
	done < <(grep -o '^	{ "[a-z0-9-]*' ../../userspace/options.c | cut -c 5-)
	for option in a t u w x d S M 0 4 6 l n e r p N J j o H W h V; do
		portsock --help | grep -q -- "-$option\b" || missing="$missing $option"
	done
	judge "help is complete" "$missing" [ -z "$missing" ]
}

test_build_says_what_is_missing() {
	if make -s -C ../../userspace PKG_CONFIG=false BUILD="$PWD/build/none" \
		OUT="$PWD/build/none/portsock" >build/stdout 2>&1; then
		fail "build without libraries" "it works"
	elif grep -q 'make deps' build/stdout; then
		ok "build without libraries"
	else
		fail "build without libraries" "$(cat build/stdout)"
	fi
}

test_install() {
	local place status

	place=$(mktemp -d)
	make -s -C ../../userspace BUILD="$PWD/build/plain" \
		OUT="$PWD/build/portsock" DESTDIR="$place" PREFIX=/opt install &&
		"$place/opt/bin/portsock" --version >/dev/null &&
		test -e "$place/opt/share/portsock/portsock.schema.json" &&
		cmp -s "$place/opt/share/man/man8/portsock.8" ../../userspace/man/portsock.8 &&
		test -e "$place/opt/share/man/man5/portsock.5" &&
		bash --norc -n "$place/opt/share/bash-completion/completions/portsock" &&
		test -e "$place/opt/share/zsh/site-functions/_portsock" &&
		test -e "$place/opt/share/fish/vendor_completions.d/portsock.fish"
	status=$?
	make -s -C ../../userspace DESTDIR="$place" PREFIX=/opt uninstall
	if [ $status -eq 0 ] && [ -z "$(find "$place" -type f)" ]; then
		ok "install and uninstall"
	else
		fail "install and uninstall"
	fi
	rm -r "$place"
}

run_specials() {
	test_closed_pipe
	test_closed_pipe_keeps_status
	test_full_disk
	test_memory
	test_metrics_memory
	test_metrics_output
	test_metrics_live
	test_read_sizes
	test_every_cut
	test_bad_values
	test_megabytes
	test_garbage
	test_proc
	test_filter
	test_watch
	test_help_fits
	test_help_is_complete
	test_build_says_what_is_missing
	test_install
}
