# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # fast, V and B are those of run
# The reader's tests that are no comparison of text: pipes, full disks, memory,
# permissions.  Sourced by run.

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

	for o in "" --tree --raw -J -j --help --version --list-columns; do
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
	expect_error "proc no-permission" $? "permission denied (run 'sudo"
	in_proc "$V"/bad-state.view 444 "${nobody[@]}" "$place/portsock"
	expect_error "proc another-version" $? "portsock of the module's version"
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
	expect_error "input no-permission" $? 'cannot read: .*/view: Permission'
	rm -r "$place"
}

# What the reader says when the module that is loaded says it is of VERSION.
beside_module() {
	# shellcheck disable=SC2016
	unshare -m sh -c '
		mount -t tmpfs none /proc && mount -t tmpfs none /sys &&
		mkdir -p /sys/module/portsock &&
		install -m 444 "$1" /proc/portsock &&
		echo "$2" >/sys/module/portsock/version &&
		exec setpriv --reuid=65534 --clear-groups -- "$3" 22' \
		sh "$V"/server.view "$1" "$place/portsock" \
		>build/stdout 2>build/stderr
}

# One line, and the rows and the status are what they are without it.
test_module_version() {
	local version other name

	unshare -m true 2>/dev/null || return
	scratch
	version=$("$fast" --version | sed 's/^portsock \([^,]*\),.*/\1/')
	while read -r name other; do
		beside_module "$other"
		judge "module $name: status" "$?" [ $? -eq 0 ]
		judge "module $name: rows" "" \
			cmp -s build/stdout <("$fast" 22 --input "$V"/server.view)
		judge "module $name: what is said" "$(cat build/stderr)" \
			[ "$(sed 's/^portsock: \([a-z]*\) module: \([^,]*\), .*/\2 \1/' build/stderr)" = \
			"$([ "$name" = same ] || echo "$other $name")" ]
	done <<-END
		same $version
		older 0.0.9
		newer ${version%.*}.10
		newer 10.0.0
	END
	rm -r "$place"
}

# make_process PID UID PARENT GROUP COMMAND...: a process in $place/processes;
# without a command its command line cannot be read.
make_process() {
	local at=$place/processes/$1

	mkdir -p "$at"
	echo "$1 (a) (b) S $3 $4 $4 0" >"$at/stat"
	printf 'Name:\tb\nUid:\t%s\t0\t0\t%s\n' "$2" "$2" >"$at/status"
	if [ $# -gt 4 ]; then
		printf '%s\0' "${@:5}" >"$at/cmdline"
	else
		mkfifo "$at/cmdline"
	fi
}

# The columns that come from /proc/PID, of processes that are made up.  A
# command line that cannot be read costs its deadline once for its user.
test_processes() {
	local i start seen rows="" owners

	if ! unshare -m true 2>/dev/null; then
		skip "processes" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	make_process 11 0 1 11 nginx -c '/a b' ''
	make_process 12 1000 1 12
	make_process 13 1000 1 13 never read
	make_process 14 1001 1 14 "$(head -c 5000 /dev/zero | tr '\0' x)"
	make_process 15 0 1 99 left
	make_process 16 0 15 99 left too
	for i in 11 12 13 14 15 17; do
		owners=$i/3/o
		[ $i -ne 11 ] || owners+=,15/3/o	# not all are left behind
		[ $i -ne 15 ] || owners=15/3/o,15/4/o,16/3/o
		rows+="tcp $i LISTEN 0.0.0.0:$i *:* - 0 5 0 $i $i 7 - - process - - $owners"$'\n'
	done
	cat >"$place/view" <<-END
		# portsock 1 netns=7 pidns=1 at=1 took=1 sockets=6 owners=9
		# $(sed -n '2s/^# //p' "$V"/contract.view)
		${rows%$'\n'}
	END
	start=$(date +%s%N)
	# shellcheck disable=SC2016
	seen=$(unshare -m sh -c '
		cd "$1" && mount -t tmpfs none /proc && cp view /proc/portsock &&
		cp -r processes/* /proc &&
		exec "$2" -Haj -o PORT,COMMAND,LEAK' sh "$place" \
		"$PWD/build/portsock-asan" 2>build/stderr | sed 's/x\{4096\}/4096 x/')
	judge "processes" "$(cat build/stderr)
$seen" [ "$seen" = '{"port":11,"command":"nginx -c /a b","leak":null}
{"port":12,"command":"?","leak":null}
{"port":13,"command":"?","leak":null}
{"port":14,"command":"4096 x","leak":null}
{"port":15,"command":"left","leak":"o(15) and 1 more may be left behind by session 99, which has ended"}
{"port":17,"command":null,"leak":null}' ]
	judge "processes: time" "$((($(date +%s%N) - start) / 1000000)) ms" \
		[ $(($(date +%s%N) - start)) -lt 3000000000 ]
	rm -r "$place"
}

# Units and containers in the formats of /proc/PID/cgroup: version 2, 1 and both.
test_managers() {
	local id rows="" i at

	if ! unshare -m true 2>/dev/null; then
		skip "managers" "no mount namespace of its own (not root, or in a chroot)"
		return
	fi
	scratch
	id=0123456789ab$(printf 'cdef%.0s' {1..13})
	for i in 11 12 13 14 15 16 17; do
		[ $i -eq 17 ] || make_process $i 0 1 $i x
		rows+="tcp $i LISTEN 0.0.0.0:$i *:* - 0 5 0 $i $i 7 - - process - - $i/3/x"$'\n'
	done
	rows+="tcp 18 LISTEN 0.0.0.0:18 *:* - 0 5 0 18 18 7 - - hidden - - -"$'\n'
	rows+="tcp 19 TIME_WAIT 0.0.0.0:19 *:* - 0 5 0 19 19 7 - - timewait - 9 -"$'\n'
	at=$place/processes
	echo '0::/system.slice/nginx.service' >"$at/11/cgroup"
	printf '%s\n' '12:pids:/user.slice' \
		"1:name=systemd:/system.slice/docker-$id.scope" \
		"0::/system.slice/docker-$id.scope" >"$at/12/cgroup"
	printf '%s\n' '5:cpu,cpuacct:/' "4:memory:/docker/$id" \
		'1:name=systemd:/' >"$at/13/cgroup"
	echo '0::/user.slice/session-1.scope/1:name=systemd:/a.service' \
		>"$at/14/cgroup"
	echo '0::/../ssh.service' >"$at/15/cgroup"
	echo '0::/' >"$at/16/cgroup"
	cat >"$place/view" <<-END
		# portsock 1 netns=7 pidns=1 at=1 took=1 sockets=9 owners=7
		# $(sed -n '2s/^# //p' "$V"/contract.view)
		${rows%$'\n'}
	END
	# shellcheck disable=SC2016
	seen=$(unshare -m sh -c '
		cd "$1" && mount -t tmpfs none /proc && cp view /proc/portsock &&
		cp -r processes/* /proc &&
		exec "$2" -Ha --raw -o PORT,UNIT,CONTAINER,CGPATH' sh "$place" \
		"$PWD/build/portsock-asan" 2>build/stderr)
	judge "managers" "$(cat build/stderr)
$seen" [ "$seen" = "11 nginx.service - /system.slice/nginx.service
12 docker-$id.scope 0123456789ab /system.slice/docker-$id.scope
13 - 0123456789ab /docker/$id
14 session-1.scope - /user.slice/session-1.scope/1:name=systemd:/a.service
15 ? ? /../ssh.service
16 - - /
17 ? ? ?
18 ? ? ?
19 - - -" ]
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
	local doors='state=LISTEN,BOUND,UNCONN' ports pids

	ports=$(seq -s ' ' 20001 2 25001)
	pids=$(seq -s ' ' 1000001 1000999)
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
	expect_asked "port=1" -p 1
	expect_asked "pid=1,2" --pid 1 -P 2
	expect_asked "pid=1,2" --pid 1,2
	expect_asked "" -c nginx
	expect_asked "$doors" -c nginx -l
	expect_asked "state=ESTABLISHED,TIME_WAIT" --state time-wait,estab
	expect_asked "proto=tcp held=acceptq" -t --held acceptq -o PORT
	expect_asked "port=80 rport=443,1-9" 80 --remote 443 --remote 10.0.0.1:1-9
	expect_asked "" --remote 10.0.0.1
	expect_asked "" --remote 443,10.0.0.1
	expect_asked "uid=0,33" --user root --uid 33
	expect_asked "inode=7 cookie=2b0" --inode 7 --cookie 0x2b0
	expect_asked "port=8080" 127.0.0.1:8080
	expect_asked "port=8080,53" '[::1]:8080' 10.0.0.1:53
	expect_asked "" 127.0.0.1
	expect_asked "proto=unix" /run/app.sock
	expect_asked "" /run/app.sock 80
	expect_asked "proto=tcp,unix" /run/app.sock 80/tcp
	expect_asked "proto=tipc,vsock" 70000
	expect_asked "proto=vsock" 70000/vsock
	expect_asked "" 60000-70000
	expect_asked "proto=tipc" 80/tipc
	expect_asked "proto=tcp port=80 owners=no bind=yes" wait free localhost:80 --timeout 0.1
	expect_asked "proto=udp port=53 owners=no bind=yes" wait listen 53/UDP --timeout 0.1
	expect_asked "port=8080" -c nginx 8080 -o PORT
	expect_asked "proto=tcp port=8080" -c nginx 8080/tcp -o PORT
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
	expect_asked "" ${pids//1000/-P 1000}
}

# --watch on a terminal of so many rows and columns: /proc/portsock is one view,
# then another.
watch_terminal() {
	local place=$1

	cat >"$place/go" <<-EOF
		stty rows $2 cols $3
	EOF
	cat >>"$place/go" <<-'EOF'
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
	seen=$(watch_terminal "$place" 7 80)
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
	test_watch_sizes
	rm -r "$place"
}

# expect_screen NAME ROWS COLUMNS MORE WIDTH: the lines that do not fit, and the
# columns of the heading.
expect_screen() {
	local name=$1 seen got

	seen=$(watch_terminal "$place" "$2" "$3" | tr -d '\r')
	got=$(awk '/5 sockets, 1 new/ {
			sub(/.*5 sockets/, "5 sockets"); sub(/\^\[\[K$/, "")
			changed = 1; width = length
		}
		changed && /^and .* more lines/ { more = $2 }
		changed && /^\^\[\[J/ { exit }
		END { print more + 0, width }' <<<"$seen")
	judge "watch size: $name" "$got: $seen" [ "$got" = "$4 $5" ]
	judge "watch size: $name: a row" "$seen" grep -q 'LISTEN' <<<"$seen"
}

# A size of 0, as of a serial console, is unknown.  The table has 7 lines: its
# heading, five sockets and the one that is gone.
test_watch_sizes() {
	unset LINES
	expect_screen "unknown" 0 0 0 80
	LINES=9 COLUMNS=100 expect_screen "environment" 0 0 2 100
	LINES=0 COLUMNS=10001 expect_screen "wrong environment" 0 0 0 80
	LINES=x COLUMNS=-1 expect_screen "no number" 0 0 0 80
	LINES=30 COLUMNS=200 expect_screen "known" 8 90 3 90
	LINES=8 COLUMNS=200 expect_screen "columns known" 0 120 3 120
}

# User time of a command, in milliseconds.
user_time() {
	/usr/bin/python3 - "$@" <<-'EOF'
	import resource, subprocess, sys
	subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
	print(round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime * 1000))
	EOF
}

# Eight times as many sockets at a port take about eight times as long, not 64.
# All of them are shown.
test_tree_of_many() {
	local kind few many shown

	for kind in groups addresses netns connections v6only; do
		./many-at-one-port 2500 $kind >"$B"/few.view
		./many-at-one-port 20000 $kind >"$B"/many.view
		few=$(user_time "$fast" -a --tree --input "$B"/few.view)
		many=$(user_time "$fast" -a --tree --input "$B"/many.view)
		judge "tree of many: $kind" "2500: $few ms, 20000: $many ms" \
			[ "$many" -le $((16 * few + 200)) ]
		shown=$("$fast" -a --tree -H --input "$B"/many.view | grep -c 'x(9) fd')
		judge "tree of many: $kind: all are shown" "$shown" \
			[ "$shown" -eq 20000 ]
	done
	rm "$B"/few.view "$B"/many.view
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

# --help=all lists every option, in lines of 80 columns. --help has no other.
test_help_is_complete() {
	local option missing="" all width

	all=$(portsock --help=all)
	for option in $(taken_long; taken_letters); do
		grep -qE -- "(^|[ ,])$option\b" <<<"$all" ||
			missing="$missing $option"
	done
	judge "help is complete" "$missing" [ -z "$missing" ]
	width=$(wc -L <<<"$all")
	judge "all of the help is 80 columns wide" "$width" [ "$width" -lt 80 ]
	missing=""
	for option in $(portsock --help | grep -oE -- '(^|[ ,])--[a-z]+' |
			tr -d ' ,'); do
		taken_long | grep -qxe "$option" || missing="$missing $option"
	done
	judge "help has no other options" "$missing" [ -z "$missing" ]
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
	test_read_sizes
	test_every_cut
	test_proc
	test_module_version
	test_processes
	test_managers
	test_filter
	test_watch
	test_tree_of_many
	test_help_fits
	test_help_is_complete
	test_install
}
